//! `/v1/users`, `/v1/service-accounts` and `/v1/groups`: who tokens speak for, and what they have by
//! it.

mod bounds;
mod demotion;
mod groups;
mod live;
mod race;
mod reads;
mod service_accounts;
mod users;

use hallpass_core::{Access, Catalog, GroupId, Path, Tenant};
use hallpass_store::{Audit, AuditAction};
use hallpass_tests::Hallpass;

/// Gives a group of an account a level of access at a place.
async fn give(hallpass: &Hallpass, account: &str, group: &str, path: &str, level: &str) {
    let (account, id): (_, GroupId) = (account.parse().unwrap(), group.parse().unwrap());
    let path: Path = path.parse().unwrap();
    let audit = Audit::by_iam(AuditAction::GiveAccess, group, hallpass.platform.now());
    let set = |Access(places): &mut Access| {
        places.insert(path.clone(), level.parse().unwrap());
    };
    hallpass
        .platform
        .store
        .change_group(
            &Tenant::first_of(account),
            &id,
            |group| set(&mut group.access),
            &audit,
        )
        .await
        .unwrap();
}

/// The default catalog with a kind whose tokens have what their user has now.
fn with_live_kind() -> Catalog {
    let text = format!(
        "{}\n{}",
        include_str!("../infra/catalogs/default.toml"),
        r#"
        [kinds.private]
        prefix = "pv"
        format = "opaque"
        exposure = "secret"
        scopes = ["*"]
        default_scopes = ["*"]
        lifetime = "never"
        origins = "none"
        presented = ["bearer"]
        principals = ["user"]
        live = true
        "#
    );
    Catalog::parse("live.toml", &text).unwrap()
}
