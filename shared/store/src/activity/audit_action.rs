//! What the audit log says was done.

use serde::{Serialize, Serializer};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What was done, as an act is written from now on. A row keeps the word that it was written
        /// with: [`AuditRow`](super::AuditRow) reads any.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AuditAction {
            $($(#[$doc])* $name,)*
        }

        impl AuditAction {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word that a row has.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

actions! {
    /// The platform's first account and management token were made.
    Bootstrap = "bootstrap",
    /// A lost management token was replaced.
    Recover = "recover",
    /// A token was made.
    Mint = "mint",
    /// A token was given a new secret.
    Rotate = "rotate",
    /// A token was changed.
    Update = "update",
    /// A token, or a JWT, was ended.
    Revoke = "revoke",
    /// An account, environment, principal or group was closed, or what was made until then ended.
    Close = "close",
    /// An account was made.
    CreateAccount = "create_account",
    /// An environment was made.
    CreateEnvironment = "create_environment",
    /// A user was made.
    CreateUser = "create_user",
    /// A user was renamed, or given other scopes.
    ChangeUser = "change_user",
    /// A service account was made.
    CreateServiceAccount = "create_service_account",
    /// A service account was given other scopes.
    ChangeServiceAccount = "change_service_account",
    /// A group was made.
    CreateGroup = "create_group",
    /// A group was renamed.
    ChangeGroup = "change_group",
    /// A user or group was put into a group.
    AddMember = "add_member",
    /// A user or group was taken out of a group.
    RemoveMember = "remove_member",
    /// A folder was made.
    CreateFolder = "create_folder",
    /// A user or group was given access to a folder.
    GiveAccess = "give_access",
    /// A user's or group's access to a folder was taken away.
    TakeAccess = "take_access",
    /// A model was shared.
    Share = "share",
    /// The password of a share was changed.
    ChangeShare = "change_share",
    /// A model was unshared.
    Unshare = "unshare",
}

impl Serialize for AuditAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
