//! Groups: what a row says of them, and what their limits are when many change them at once.

use crate::support::{NOW, Table, audit, with_account};
use hallpass_core::{AccountId, GroupId, GroupRecord, Principal, PrincipalRecord, Tenant, UserId};
use hallpass_store::{AuditAction, Member, MemberError, Membership};

pub(crate) struct Groups {
    pub(crate) table: Table,
    pub(crate) account: AccountId,
}

impl Groups {
    pub(crate) async fn new() -> Self {
        let (table, account) = with_account().await;
        Self { table, account }
    }

    pub(crate) async fn group(&self) -> GroupId {
        let id = GroupId::generate(&self.table.random).unwrap();
        let name = id.to_string().try_into().unwrap();
        let group = GroupRecord::new(id, Tenant::first_of(self.account), name, NOW);
        let audit = audit(AuditAction::CreateGroup, group.id);
        let store = &self.table.store;
        store.create_group(&group, None, &audit, NOW).await.unwrap();
        group.id
    }

    pub(crate) async fn groups(&self, count: usize) -> Vec<GroupId> {
        let mut groups = Vec::new();
        for _ in 0..count {
            groups.push(self.group().await);
        }
        groups
    }

    pub(crate) async fn user(&self, name: &str) -> UserId {
        let user = self.table.user(self.account, name);
        let audit = audit(AuditAction::CreateUser, user.id);
        let store = &self.table.store;
        store
            .create_principal(&user, None, &audit, NOW)
            .await
            .unwrap();
        match user.id {
            Principal::User(id) => id,
            other => panic!("{other}"),
        }
    }

    pub(crate) async fn join(&self, member: Member, group: GroupId) -> Result<(), MemberError> {
        let membership = Membership {
            tenant: &Tenant::first_of(self.account),
            group,
            member,
        };
        let audit = audit(AuditAction::AddMember, member);
        self.table
            .store
            .add_member(&membership, |_| Ok(Vec::new()), &audit)
            .await
    }

    pub(crate) async fn leave(&self, member: Member, group: GroupId) {
        let membership = Membership {
            tenant: &Tenant::first_of(self.account),
            group,
            member,
        };
        let audit = audit(AuditAction::RemoveMember, member);
        self.table
            .store
            .remove_member(&membership, &audit)
            .await
            .unwrap();
    }

    pub(crate) async fn read(&self, user: UserId) -> PrincipalRecord {
        let user = Principal::User(user);
        let tenant = Tenant::first_of(self.account);
        let read = self.table.store.principal(&tenant, &user).await;
        read.unwrap().unwrap()
    }

    /// The groups that a user's row names.
    pub(crate) async fn noted_groups(&self, user: UserId) -> Vec<GroupId> {
        self.read(user).await.groups
    }
}

fn sorted<const N: usize>(groups: [GroupId; N]) -> Vec<GroupId> {
    let mut groups = groups.to_vec();
    groups.sort_unstable();
    groups
}

#[tokio::test]
async fn a_users_row_names_every_group_around_them() {
    let groups = Groups::new().await;
    let [inner, outer, top, beside] = [(); 4].map(|()| groups.group());
    let (inner, outer, top, beside) = (inner.await, outer.await, top.await, beside.await);
    let user = groups.user("a user").await;
    let member = Member::User(user);
    groups.join(member, inner).await.unwrap();
    assert_eq!(groups.noted_groups(user).await, [inner]);
    // A nesting is noted on the rows of those below, however far.
    groups.join(Member::Group(outer), top).await.unwrap();
    groups.join(Member::Group(inner), outer).await.unwrap();
    assert_eq!(groups.noted_groups(user).await, sorted([inner, outer, top]));
    groups.join(member, beside).await.unwrap();
    assert_eq!(
        groups.noted_groups(user).await,
        sorted([inner, outer, top, beside])
    );
    // In the first read of a validation, all are read at once.
    groups.table.wire.calls();
    let read = groups.read(user).await;
    let found = groups.table.store.groups_of(&read).await.unwrap();
    assert_eq!(found.len(), 4);
    assert_eq!(
        groups.table.wire.calls().len(),
        2,
        "the user, and one batch"
    );
    // The second time changes nothing.
    groups.join(member, beside).await.unwrap();
    assert_eq!(groups.read(user).await.version, read.version);
    groups.leave(Member::Group(outer), top).await;
    assert_eq!(
        groups.noted_groups(user).await,
        sorted([inner, outer, beside])
    );
    groups.leave(member, inner).await;
    assert_eq!(groups.noted_groups(user).await, [beside]);
    assert_eq!(groups.read(user).await.member_of, [beside]);
}

/// Whatever the rows of users say: what counts is the groups' own.
#[tokio::test]
async fn a_row_that_was_not_told_is_made_up_for_by_reading_on() {
    let groups = Groups::new().await;
    let (inner, outer) = (groups.group().await, groups.group().await);
    let user = groups.user("a user").await;
    groups.join(Member::User(user), inner).await.unwrap();
    let without_note = groups.read(user).await;
    groups.join(Member::Group(inner), outer).await.unwrap();
    let found = groups.table.store.groups_of(&without_note).await.unwrap();
    assert!(found.contains_key(&outer));
}

#[tokio::test]
async fn nestings_at_once_never_make_a_circle() {
    let groups = Groups::new().await;
    for round in 0..10 {
        let (a, b, c) = (
            groups.group().await,
            groups.group().await,
            groups.group().await,
        );
        let results = tokio::join!(
            groups.join(Member::Group(a), b),
            groups.join(Member::Group(b), c),
            groups.join(Member::Group(c), a),
        );
        let results = [results.0, results.1, results.2];
        let circles = results
            .iter()
            .filter(|result| matches!(result, Err(MemberError::Circle)));
        assert_eq!(circles.count(), 1, "{round}: {results:?}");
        let made = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(made, 2, "{round}: {results:?}");
    }
    let alone = groups.group().await;
    let itself = groups.join(Member::Group(alone), alone).await;
    assert!(matches!(itself, Err(MemberError::Circle)), "{itself:?}");
}

#[tokio::test]
async fn a_closed_group_gives_nothing_and_is_left_by_all() {
    let groups = Groups::new().await;
    let (inner, middle, outer) = (
        groups.group().await,
        groups.group().await,
        groups.group().await,
    );
    let user = groups.user("a user").await;
    groups.join(Member::User(user), inner).await.unwrap();
    groups.join(Member::Group(inner), middle).await.unwrap();
    groups.join(Member::Group(middle), outer).await.unwrap();
    let store = &groups.table.store;
    let audit = audit(AuditAction::Close, middle);
    let tenant = &Tenant::first_of(groups.account);
    for _ in 0..2 {
        store
            .close_group(tenant, &middle, &audit, NOW)
            .await
            .unwrap();
    }
    assert_eq!(groups.noted_groups(user).await, [inner]);
    let read = store.group(tenant, &inner).await.unwrap();
    assert_eq!(read.unwrap().within, []);
    for group in [middle, outer] {
        let members = store.members(tenant, &group, 100, None);
        let members = members.await.unwrap();
        assert!(members.groups.is_empty() && members.users.is_empty());
    }
    for (member, group) in [(Member::User(user), middle), (Member::Group(inner), middle)] {
        let joined = groups.join(member, group).await;
        assert!(matches!(joined, Err(MemberError::NoGroup)), "{joined:?}");
    }
    let joined = groups.join(Member::Group(middle), outer).await;
    assert!(matches!(joined, Err(MemberError::NoMember)), "{joined:?}");
    let listed = store.group_page(tenant, 100, None).await;
    let listed: Vec<GroupId> = listed.unwrap().items.iter().map(|it| it.id).collect();
    assert_eq!(listed, sorted([inner, outer]));
}

/// Many join and leave one group at once: the user's row and the entries say the same after it.
#[tokio::test]
async fn changes_at_once_lose_nothing() {
    let groups = Groups::new().await;
    let all = groups.groups(4).await;
    let user = groups.user("a user").await;
    let join = |at: usize| groups.join(Member::User(user), all[at]);
    let joined = tokio::join!(join(0), join(1), join(2), join(3));
    for joined in [joined.0, joined.1, joined.2, joined.3] {
        joined.unwrap();
    }
    let read = groups.read(user).await;
    assert_eq!(read.groups.len(), 4);
    assert_eq!(read.member_of.len(), 4);
    assert_eq!(read.version, 4);
}
