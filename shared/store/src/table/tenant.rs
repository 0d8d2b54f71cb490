//! A tenant by reference: an account and one of its environments, where everything but accounts
//! lives.

use hallpass_core::{
    AccountId, EnvironmentName, FolderRecord, GroupRecord, PrincipalRecord, ShareRecord,
};

/// A tenant whose account and environment stand in a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TenantRef<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) environment: &'a EnvironmentName,
}

impl<'a> From<&'a PrincipalRecord> for TenantRef<'a> {
    fn from(record: &'a PrincipalRecord) -> Self {
        Self {
            account: &record.account,
            environment: &record.environment,
        }
    }
}

impl<'a> From<&'a GroupRecord> for TenantRef<'a> {
    fn from(record: &'a GroupRecord) -> Self {
        Self {
            account: &record.account,
            environment: &record.environment,
        }
    }
}

impl<'a> From<&'a FolderRecord> for TenantRef<'a> {
    fn from(record: &'a FolderRecord) -> Self {
        Self {
            account: &record.account,
            environment: &record.environment,
        }
    }
}

impl<'a> From<&'a ShareRecord> for TenantRef<'a> {
    fn from(record: &'a ShareRecord) -> Self {
        Self {
            account: &record.account,
            environment: &record.environment,
        }
    }
}
