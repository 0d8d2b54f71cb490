//! The key of every row. No other file knows how keys are put together.

use super::digest::digest;
use super::key::Key;
use hallpass_core::{
    AccountId, AccountName, Day, FolderId, FolderRef, GroupId, JwtId, KindName, ModelId, ParentId,
    Principal, SecretMark, ShareId, Tenant, TokenId, UnixMillis,
};
use std::fmt;

/// The partition of the list of accounts.
pub(crate) const ACCOUNTS: &str = "ACCOUNTS";

const RECORD: &str = "RECORD";

/// A tenant as it stands in a partition key.
struct In<'a>(&'a Tenant);

impl fmt::Display for In<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.0.account, self.0.environment)
    }
}

/// How the keys of rows begin that share a partition, or a batch, with others.
pub(crate) const TOKENS: &str = "TOKEN#";
pub(crate) const ENVIRONMENTS: &str = "ENVIRONMENT#";
pub(crate) const SIGNING_KEYS: &str = "KEY#";
pub(crate) const PRINCIPALS: &str = "PRINCIPAL#";
pub(crate) const GROUPS: &str = "GROUP#";
pub(crate) const SHARES: &str = "SHARE#";
pub(crate) const ACCESS: &str = "ACCESS#";
pub(crate) const OLD_SECRETS: &str = "SECRET#";
pub(crate) const MEMBERS: &str = "MEMBER#";
pub(crate) const MEMBER_GROUPS: &str = "MEMBER#grp_";

pub(crate) fn token(id: &TokenId) -> Key {
    Key::new(format!("{TOKENS}{}", id.digits()), RECORD)
}

pub(crate) fn revoked_jwt(tenant: &Tenant, jti: &JwtId) -> Key {
    Key::new(format!("JWT#{}#{jti}", In(tenant)), "REVOKED")
}

pub(crate) fn account(id: &AccountId) -> Key {
    Key::new(format!("ACCOUNT#{id}"), RECORD)
}

pub(crate) fn account_name(name: &AccountName) -> Key {
    Key::new(format!("ACCOUNT_NAME#{name}"), RECORD)
}

/// One row an account, all in one partition: the list of accounts, without a scan.
pub(crate) fn account_entry(id: &AccountId) -> Key {
    Key::new(ACCOUNTS, id.to_string())
}

pub(crate) fn environment(tenant: &Tenant) -> Key {
    Key::new(
        account(&tenant.account).pk,
        format!("{ENVIRONMENTS}{}", tenant.environment),
    )
}

/// One row a token in the partition of its environment: all of its tokens, without a scan, and what
/// lists show of them.
pub(crate) fn token_entry(tenant: &Tenant, id: &TokenId) -> Key {
    Key::new(token_entries_partition(tenant), format!("{TOKENS}{id}"))
}

pub(crate) fn token_entries_partition(tenant: &Tenant) -> String {
    format!("ENVIRONMENT#{}", In(tenant))
}

/// Where tokens are listed, the newest first: all of an environment, or those of a kind, of a
/// principal, or of both.
pub(crate) fn token_list(
    tenant: &Tenant,
    kind: Option<&KindName>,
    principal: Option<&Principal>,
) -> String {
    let all = list_partition(tenant, "token");
    match (principal, kind) {
        (None, None) => all,
        (None, Some(kind)) => format!("{all}#kind#{kind}"),
        (Some(principal), None) => format!("{all}#principal#{principal}"),
        // The kind is last: nothing that a kind is called can make it another list.
        (Some(principal), Some(kind)) => format!("{all}#principal#{principal}#{kind}"),
    }
}

/// The latest moment that a key can tell: 13 digits.
const LATEST: u64 = 9_999_999_999_999;

/// A token's entry in one of those lists. A later moment is a smaller number.
pub(crate) fn token_list_entry(list: &str, made_at: UnixMillis, token: &TokenId) -> Key {
    let reversed = LATEST.saturating_sub(made_at.0);
    Key::new(list, format!("{reversed:013}#{token}"))
}

/// How far the tokens of versions before are listed.
pub(crate) fn older_tokens() -> Key {
    Key::new("UPGRADE", "TOKEN_LISTS")
}

pub(crate) fn slots(tenant: &Tenant, kind: &KindName) -> String {
    format!("SLOTS#{}#{kind}", In(tenant))
}

pub(crate) fn slot(tenant: &Tenant, kind: &KindName, slot: u8) -> Key {
    Key::new(slots(tenant, kind), format!("{slot:02}"))
}

pub(crate) fn idempotency(hash: &str) -> Key {
    Key::new(format!("IDEMPOTENCY#{hash}"), RECORD)
}

pub(crate) fn audit(tenant: &Tenant, id: &str) -> Key {
    Key::new(audit_partition(tenant), id)
}

pub(crate) fn audit_partition(tenant: &Tenant) -> String {
    format!("AUDIT#{}", In(tenant))
}

/// One link of the chain that an environment's audit rows are sealed in.
pub(crate) fn seal(tenant: &Tenant, number: u64) -> Key {
    Key::new(seals_partition(tenant), format!("{number:010}"))
}

pub(crate) fn seals_partition(tenant: &Tenant) -> String {
    format!("SEALS#{}", In(tenant))
}

/// Which seal is the last: outside the chain's own partition, so that a chain that was cut off is seen.
pub(crate) fn last_seal(tenant: &Tenant) -> Key {
    Key::new(format!("SEALS#HEAD#{}", In(tenant)), RECORD)
}

/// In how many partitions maintenance finds its work, so that none of them is written too often.
const SHARDS: u32 = 16;

/// A row in one of them: in the same one for the same text, in every process.
fn sharded(partitions: &str, sk: String) -> Key {
    let digest = digest(&[sk.as_bytes()]);
    let first = digest.chars().next();
    let shard = first
        .and_then(|first| first.to_digit(SHARDS))
        .unwrap_or_default();
    Key::new(format!("{partitions}#{shard}"), sk)
}

/// The closing of an account that has begun and has not finished.
pub(crate) fn unfinished_account(account: &AccountId) -> Key {
    sharded("CLOSINGS", account.to_string())
}

/// The closing of an environment that has begun and has not finished.
pub(crate) fn unfinished_environment(tenant: &Tenant) -> Key {
    sharded("CLOSINGS", In(tenant).to_string())
}

/// The closing of something in an environment that has begun and has not finished.
pub(crate) fn unfinished_in(tenant: &Tenant, what: &impl fmt::Display) -> Key {
    sharded("CLOSINGS", format!("{}#{what}", In(tenant)))
}

/// The partitions of all closings that have begun and have not finished.
pub(crate) fn unfinished_closings() -> impl Iterator<Item = String> {
    (0..SHARDS).map(|shard| format!("CLOSINGS#{shard}"))
}

/// A token's entry among those that another one made.
pub(crate) fn made(maker: &TokenId, made: &TokenId) -> Key {
    Key::new(made_partition(maker), made.to_string())
}

/// Where the tokens are listed that one made, wherever they live.
pub(crate) fn made_partition(maker: &TokenId) -> String {
    format!("MADE#{maker}")
}

/// A token whose made tokens are still to be ended, since `of`, or what that made, made it.
pub(crate) fn ending(of: &TokenId, token: &TokenId) -> Key {
    Key::new(ending_partition(of), token.to_string())
}

/// The queue of those tokens.
pub(crate) fn ending_partition(of: &TokenId) -> String {
    format!("ENDING#{of}")
}

/// The note that an environment has acts which are to be sealed.
pub(crate) fn unsealed(tenant: &Tenant) -> Key {
    sharded("UNSEALED", In(tenant).to_string())
}

/// The partitions of all those notes.
pub(crate) fn unsealed_partitions() -> impl Iterator<Item = String> {
    (0..SHARDS).map(|shard| format!("UNSEALED#{shard}"))
}

/// A user's or service account's own partition: its row, and one row a token that speaks for it.
pub(crate) fn principal_partition(tenant: &Tenant, principal: &Principal) -> String {
    format!("{PRINCIPALS}{}#{principal}", In(tenant))
}

pub(crate) fn principal(tenant: &Tenant, principal: &Principal) -> Key {
    Key::new(principal_partition(tenant, principal), RECORD)
}

/// The token's entry among those that speak for a principal.
pub(crate) fn principal_token_entry(
    tenant: &Tenant,
    principal: &Principal,
    token: &TokenId,
) -> Key {
    Key::new(
        principal_partition(tenant, principal),
        format!("{TOKENS}{token}"),
    )
}

/// The most bytes of a name that stand in a key, which has 2,048 in all (DynamoDB's limit for a partition
/// key). A name of 100 characters can be longer as it is compared: one character may become eighteen.
const MOST_NAME_BYTES: usize = 1_024;

/// One row a name of a user, service account, group or folder: nothing else of its list has it in this
/// form.
pub(crate) fn unique_name(tenant: &Tenant, list: &str, folded: &str) -> Key {
    let name = if folded.len() > MOST_NAME_BYTES {
        digest(&[folded.as_bytes()])
    } else {
        folded.to_owned()
    };
    Key::new(
        format!("NAME#{}#{name}", In(tenant)),
        format!("UNIQUE#{list}"),
    )
}

/// One row a name of a principal, as names were compared before: as they are written.
pub(crate) fn written_name(tenant: &Tenant, principal_type: &str, name: &str) -> Key {
    Key::new(
        format!("NAME#{}#{principal_type}#{name}", In(tenant)),
        RECORD,
    )
}

/// One row a principal, group, folder or share in a partition of its environment: the lists,
/// without a scan. Tokens have more than one: `token_list`.
pub(crate) fn list_partition(tenant: &Tenant, list: &str) -> String {
    format!("LIST#{}#{list}", In(tenant))
}

pub(crate) fn list_entry(tenant: &Tenant, list: &str, id: &str) -> Key {
    Key::new(list_partition(tenant, list), id)
}

pub(crate) fn group(tenant: &Tenant, id: &GroupId) -> Key {
    Key::new(group_partition(tenant, id), RECORD)
}

/// A member's entry in its group's partition; `member` is a user's or a group's id.
pub(crate) fn member(tenant: &Tenant, group: &GroupId, member: &str) -> Key {
    Key::new(group_partition(tenant, group), format!("{MEMBERS}{member}"))
}

/// The row that every nesting of an environment's groups changes, so that they come one by one.
pub(crate) fn nestings(tenant: &Tenant) -> Key {
    Key::new(format!("NESTINGS#{}", In(tenant)), RECORD)
}

/// A group's own partition: its row, and one row a member.
pub(crate) fn group_partition(tenant: &Tenant, id: &GroupId) -> String {
    format!("{GROUPS}{}#{id}", In(tenant))
}

pub(crate) fn folder(tenant: &Tenant, id: &FolderId) -> Key {
    let folder = FolderRef::Made(*id);
    Key::new(folder_partition(tenant, &folder), RECORD)
}

/// A folder's own partition: its row, if it has one, and one row a user or group
/// with access to it.
pub(crate) fn folder_partition(tenant: &Tenant, folder: &FolderRef) -> String {
    format!("FOLDER#{}#{folder}", In(tenant))
}

/// The access of one user (`users`) or group (`groups`) to a folder.
pub(crate) fn access(tenant: &Tenant, folder: &FolderRef, members: &str, member: &str) -> Key {
    Key::new(
        folder_partition(tenant, folder),
        format!("{ACCESS}{members}#{member}"),
    )
}

pub(crate) fn share(id: &ShareId) -> Key {
    Key::new(format!("{SHARES}{id}"), RECORD)
}

/// What is read instead of a share where there is none, so that both take as long. No row has it.
pub(crate) fn no_share() -> Key {
    Key::new(format!("{SHARES}-"), RECORD)
}

/// Which share a model has now.
pub(crate) fn shared_model(model: &ModelId) -> Key {
    Key::new(format!("MODEL#{model}"), RECORD)
}

/// How often somebody, or everybody, tried to open a model in a window of time.
pub(crate) fn attempts(model: &ModelId, who: &str, window: u64) -> Key {
    Key::new(format!("ATTEMPTS#{model}#{who}"), format!("{window:012}"))
}

/// How often somebody tried to open models of any name in a window of time.
pub(crate) fn attempts_anywhere(who: &str, window: u64) -> Key {
    // No model's name has a star in it.
    Key::new(format!("ATTEMPTS#*#{who}"), format!("{window:012}"))
}

/// An address that has given a password of a model's share.
pub(crate) fn visitor(model: &ModelId, who: &str) -> Key {
    Key::new(format!("VISITOR#{model}#{who}"), RECORD)
}

/// Where the use of an environment stands: pages, in the order of their quarters of a day. Beside them
/// are rows of earlier versions, one a day, token and principal.
pub(crate) fn usage_partition(tenant: &Tenant) -> String {
    format!("USAGE#{}", In(tenant))
}

/// How the pages of a quarter of a day begin.
pub(crate) fn usage_quarter(day: Day, quarter: u64) -> String {
    format!("{day}#{quarter}#")
}

/// A page of use: which quarter of which day, by which fold its generation was begun, and which page of
/// the generation it is.
pub(crate) fn usage_page(
    tenant: &Tenant,
    day: Day,
    quarter: u64,
    generation: u64,
    page: u16,
) -> Key {
    let sk = format!("{}{generation:010}#{page:04}", usage_quarter(day, quarter));
    Key::new(usage_partition(tenant), sk)
}

/// What an instance gathered and `maintain` has still to fold.
pub(crate) fn gathered_uses(at: UnixMillis, random: u64) -> Key {
    sharded("USES", format!("{:013}#{random:016x}", at.0))
}

/// The partitions of all that is still to be folded.
pub(crate) fn gathered_partitions() -> impl Iterator<Item = String> {
    (0..SHARDS).map(|shard| format!("USES#{shard}"))
}

/// Where gathered use is put that cannot be read.
pub(crate) fn set_aside(gathered: &Key) -> Key {
    Key::new("USES#ASIDE", gathered.sk.clone())
}

/// The one row that says what is being folded.
pub(crate) fn fold() -> Key {
    Key::new("USES", "FOLD")
}

/// When something was last used, and since their rotation its old secrets.
pub(crate) fn last_use_partition(of: &ParentId) -> String {
    format!("USE#{of}")
}

pub(crate) fn last_use(of: &ParentId) -> Key {
    Key::new(last_use_partition(of), RECORD)
}

pub(crate) fn last_use_of_old_secret(token: &TokenId, mark: SecretMark) -> Key {
    let pk = last_use_partition(&ParentId::Token(*token));
    Key::new(pk, format!("{OLD_SECRETS}{mark}"))
}

pub(crate) fn operator() -> Key {
    Key::new("OPERATOR", RECORD)
}

pub(crate) fn signing_key(kid: &str) -> Key {
    Key::new("KEYS", format!("{SIGNING_KEYS}{kid}"))
}

/// The one row that says which key signs: "exactly one current" is a condition on it.
pub(crate) fn current_signing_key() -> Key {
    Key::new("KEYS", "CURRENT")
}

#[cfg(test)]
mod tests {
    use crate::table::keys;
    use hallpass_core::{AccountId, KindName, Random, RandomUnavailable, Tenant};
    use proptest::prelude::*;

    #[derive(Debug)]
    struct Sevens;

    impl Random for Sevens {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
            bytes.fill(7);
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn slots_of_different_kinds_and_environments_never_meet(
            one in ("[a-z]{1,3}/[a-z]{1,3}", "[a-z#/]{1,3}", 0_u8..100),
            two in ("[a-z]{1,3}/[a-z]{1,3}", "[a-z#/]{1,3}", 0_u8..100),
        ) {
            let account = AccountId::generate(&Sevens).unwrap();
            let key = |(environment, kind, slot): &(String, String, u8)| {
                let environment = environment.parse().unwrap();
                let tenant = Tenant { account, environment };
                keys::slot(&tenant, &KindName::from(kind.as_str()), *slot)
            };
            prop_assert_eq!(key(&one) == key(&two), one == two);
        }
    }
}
