//! Limits of groups and access, and what their rows cost those who do not ask for them.

use crate::group::Groups;
use crate::support::{NOW, audit};
use crate::wire::Call;
use hallpass_core::{
    Access, FolderRef, GroupId, GroupRecord, MOST_AROUND, MOST_JOINED, MOST_PATHS, Path,
    PrincipalType, Tenant, UserId,
};
use hallpass_store::{
    AuditAction, ChangeError, FolderError, Grant, MOST_BELOW, Member, MemberError,
};

/// Access at this many paths, which begin alike.
fn access(prefix: &str, paths: usize) -> Access {
    let paths = (0..paths).map(|path| format!("folder/{prefix}/{path}").parse().unwrap());
    Access(
        paths
            .map(|path: Path| (path, "read".parse().unwrap()))
            .collect(),
    )
}

impl Groups {
    fn tenant(&self) -> Tenant {
        Tenant::first_of(self.account)
    }

    /// A group with access at this many paths of its own.
    async fn group_at(&self, paths: usize) -> GroupId {
        let id = self.group().await;
        let change = |group: &mut GroupRecord| group.access = access(&id.to_string(), paths);
        let (audit, tenant) = (audit(AuditAction::ChangeGroup, id), self.tenant());
        let store = &self.table.store;
        let changed = store.change_group(&tenant, &id, change, &audit).await;
        changed.unwrap();
        id
    }

    /// Gives somebody a level at one path more.
    async fn give(&self, member: Member, path: &str) -> Result<(), FolderError> {
        let audit = audit(AuditAction::GiveAccess, member);
        let path: Path = format!("folder/public/{path}").parse().unwrap();
        let tenant = self.tenant();
        let grant = Grant {
            tenant: &tenant,
            folder: FolderRef::Public,
            path: &path,
            member,
        };
        let level = "read".parse().unwrap();
        let store = &self.table.store;
        store.give_access(&grant, &level, &audit).await
    }
}

#[tokio::test]
async fn a_group_stands_within_four_others_and_no_more() {
    let groups = Groups::new().await;
    let row = groups.groups(MOST_AROUND + 2).await;
    // Two rows, joined in the middle.
    let (inner, outer) = row[..=MOST_AROUND].split_at(2);
    for half in [inner, outer] {
        for pair in half.windows(2) {
            groups.join(Member::Group(pair[0]), pair[1]).await.unwrap();
        }
    }
    groups.join(Member::Group(row[1]), row[2]).await.unwrap();
    let further = row[MOST_AROUND + 1];
    for (inner, outer) in [
        (row[MOST_AROUND], further),
        (row[0], further),
        (further, row[0]),
    ] {
        let deeper = groups.join(Member::Group(inner), outer).await;
        assert!(matches!(deeper, Err(MemberError::TooDeep)), "{deeper:?}");
    }
    // Beside it, there is room, and the same groups by another way are no more of them.
    groups.join(Member::Group(further), row[1]).await.unwrap();
    groups.join(Member::Group(row[0]), row[4]).await.unwrap();
}

#[tokio::test]
async fn a_user_joins_twenty_groups_and_no_more() {
    let groups = Groups::new().await;
    let all = groups.groups(MOST_JOINED + 1).await;
    let around = groups.groups(MOST_AROUND).await;
    let member = Member::User(groups.user("a user").await);
    for group in &all[..MOST_JOINED] {
        groups.join(member, *group).await.unwrap();
    }
    let further = groups.join(member, all[MOST_JOINED]).await;
    assert!(
        matches!(further, Err(MemberError::TooManyGroups)),
        "{further:?}"
    );
    // What stands around these is counted by theirs.
    for outer in around {
        groups.join(Member::Group(all[0]), outer).await.unwrap();
    }
    groups.leave(member, all[1]).await;
    groups.join(member, all[MOST_JOINED]).await.unwrap();
}

#[tokio::test]
async fn a_group_of_too_many_groups_is_put_into_none() {
    let groups = Groups::new().await;
    let (whole, around) = (groups.group().await, groups.group().await);
    let parts = groups.groups(MOST_BELOW + 1).await;
    for part in &parts {
        groups.join(Member::Group(*part), whole).await.unwrap();
    }
    let refused = groups.join(Member::Group(whole), around).await;
    assert!(
        matches!(refused, Err(MemberError::TooManyBelow)),
        "{refused:?}"
    );
    groups.leave(Member::Group(parts[0]), whole).await;
    groups.join(Member::Group(whole), around).await.unwrap();
}

/// However a user comes to them: by joining, by access of their own, by what a group is given, and by
/// what a group is put into.
#[tokio::test]
async fn s63_a_user_has_access_to_2500_paths_and_no_more() {
    let groups = Groups::new().await;
    let user = groups.user("a user").await;
    let member = Member::User(user);
    let (most, half) = (
        groups.group_at(MOST_PATHS - 1).await,
        groups.group_at(2).await,
    );
    groups.join(member, most).await.unwrap();
    let joined = groups.join(member, half).await;
    assert!(
        matches!(joined, Err(MemberError::TooManyPaths)),
        "{joined:?}"
    );
    groups.give(member, "one").await.unwrap();
    for full in [member, Member::Group(most)] {
        let given = groups.give(full, "two").await;
        assert!(
            matches!(given, Err(FolderError::TooManyFolders)),
            "{given:?}"
        );
    }
    // Another level at the same path is none more.
    groups.give(member, "one").await.unwrap();
    let nested = groups.join(Member::Group(most), half).await;
    assert!(
        matches!(nested, Err(MemberError::TooManyPaths)),
        "{nested:?}"
    );
    // Who is not in it is not in its way.
    groups.leave(member, most).await;
    groups.join(Member::Group(most), half).await.unwrap();
    groups.give(member, "two").await.unwrap();
}

#[tokio::test]
async fn s63_what_a_user_may_do_takes_128_kb_at_most() {
    let groups = Groups::new().await;
    let user = groups.user("a user").await;
    let scopes = (0..200).map(|scope| {
        let path: String = std::iter::repeat_n("/a", 15).collect();
        format!("floor:read@{scope:0>60}{path}").parse().unwrap()
    });
    let scopes = hallpass_core::ScopeSet::new(scopes.collect()).unwrap();
    let change = |with: &Access| {
        let (access, scopes) = (with.clone(), scopes.clone());
        let (store, tenant) = (groups.table.store.clone(), groups.tenant());
        async move {
            let id = hallpass_core::Principal::User(user);
            let audit = audit(AuditAction::ChangeUser, user);
            let change = |user: &mut hallpass_core::PrincipalRecord| {
                user.access = access.clone();
                user.scopes = Some(scopes.clone());
            };
            store.change_principal(&tenant, &id, change, &audit).await
        }
    };
    let long = "p".repeat(64);
    let refused = change(&access(&long, 1_500)).await;
    assert!(matches!(refused, Err(ChangeError::TooLarge)), "{refused:?}");
    change(&access(&long, 1_000)).await.unwrap();
}

/// Whether a batch leaves access in the table.
fn leaves_access(call: &Call) -> bool {
    let request = &call.body["RequestItems"]["hallpass"];
    let names = request["ExpressionAttributeNames"].as_object();
    let names = names.into_iter().flatten().map(|(_, name)| name);
    request["ProjectionExpression"].is_string() && names.clone().all(|name| name != "access")
}

/// The rows of groups and users hold access, which is long: what does not show it, or decide by it, does
/// not have it sent.
#[tokio::test]
async fn s63_who_does_not_ask_for_access_is_not_sent_it() {
    let groups = Groups::new().await;
    let (inner, outer) = (groups.group_at(10).await, groups.group_at(10).await);
    let user: UserId = groups.user("a user").await;
    groups.join(Member::User(user), inner).await.unwrap();
    groups.join(Member::Group(inner), outer).await.unwrap();
    for member in [Member::User(user), Member::Group(inner)] {
        groups.give(member, "one").await.unwrap();
    }
    let (store, tenant) = (&groups.table.store, &groups.tenant());
    let wire = &groups.table.wire;
    wire.calls();
    let listed = store.group_page(tenant, 100, None).await.unwrap();
    assert_eq!(listed.items.len(), 2);
    let listed = store
        .principals(tenant, PrincipalType::User, 100, None)
        .await;
    assert_eq!(listed.unwrap().items[0].member_of, [inner]);
    let members = store.members(tenant, &inner, 100, None).await.unwrap();
    assert_eq!(members.users.len(), 1);
    let with_access = store.access(tenant, &FolderRef::Public, 100, None).await;
    assert_eq!(with_access.unwrap().groups.len(), 1);
    groups.leave(Member::User(user), inner).await;
    groups.leave(Member::Group(inner), outer).await;
    let close = audit(AuditAction::Close, inner);
    store
        .close_group(tenant, &inner, &close, NOW)
        .await
        .unwrap();
    let calls = wire.calls();
    let batches: Vec<&Call> = calls
        .iter()
        .filter(|call| call.operation == "BatchGetItem")
        .collect();
    assert!(batches.len() >= 6, "{}", batches.len());
    for batch in batches {
        assert!(leaves_access(batch), "{batch:?}");
    }
    // What was left out of a list stays in the row.
    let group = store.group(tenant, &inner).await.unwrap().unwrap();
    assert_eq!(group.access.0.len(), 11);
}

/// Rows from before these limits are read as before, and can be made smaller.
#[tokio::test]
async fn what_is_beyond_the_limits_is_read_and_taken_back() {
    let groups = Groups::new().await;
    let full = groups.group_at(MOST_PATHS + 500).await;
    let store = &groups.table.store;
    let read = store.group(&groups.tenant(), &full).await.unwrap().unwrap();
    assert_eq!(read.access.0.len(), MOST_PATHS + 500);
    let (path, _) = read.access.0.first_key_value().unwrap();
    let tenant = groups.tenant();
    let take = Grant {
        tenant: &tenant,
        folder: FolderRef::Public,
        path,
        member: Member::Group(full),
    };
    let audit = audit(AuditAction::TakeAccess, full);
    store.take_access(&take, &audit).await.unwrap();
    let read = store.group(&groups.tenant(), &full).await.unwrap().unwrap();
    assert_eq!(read.access.0.len(), MOST_PATHS + 499);
}
