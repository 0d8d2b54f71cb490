//! Rows: this crate's types, written as items and read back from them.

use super::error::StoreError;
use super::item::{Item, number};
use super::key::Key;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::UnixSeconds;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// For how long the rows of something stay after it expired or ended, in seconds. It is longer than
/// any token that was derived from another can live, none of which outlives the other, and long
/// enough to answer questions about it.
pub(crate) const KEPT_SECONDS: u64 = 30 * 24 * 60 * 60;

/// A row that only names something by its id: an entry of a list, or a name that is taken.
#[derive(Serialize, Deserialize)]
pub(crate) struct Reference<I> {
    /// The id.
    pub(crate) id: I,
}

/// A row under `key`. The table may delete it some time after `ttl`; never if absent.
pub(crate) fn write(
    key: &Key,
    row: &impl Serialize,
    ttl: Option<UnixSeconds>,
) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(row).map_err(|source| corrupt(key, source))?;
    item.extend(key.item());
    if let Some(ttl) = ttl {
        item.insert("ttl".to_owned(), number(ttl.0));
    }
    Ok(item)
}

/// One attribute of the row `key`, to be set by an update.
pub(crate) fn value(key: &Key, value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(|source| corrupt(key, source))
}

/// The row that an item is.
pub(crate) fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    let key = Key::of(&item);
    serde_dynamo::from_item(item).map_err(|source| corrupt(&key, source))
}

fn corrupt(key: &Key, source: serde_dynamo::Error) -> StoreError {
    StoreError::Corrupt {
        row: key.to_string(),
        source: source.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::table::key::Key;
    use crate::table::keys;
    use hallpass_core::{
        AccountId, KindName, Metadata, Principal, Random, RandomUnavailable, ScopeSet, TokenId,
        TokenName, TokenRecord, UnixMillis, UnixSeconds,
    };
    use proptest::prelude::*;

    #[derive(Debug)]
    struct Fixed([u8; 16]);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
            for (byte, fixed) in bytes.iter_mut().zip(self.0.iter().cycle()) {
                *byte = *fixed;
            }
            Ok(())
        }
    }

    prop_compose! {
        fn record()(
            bytes: [u8; 16],
            kind in "[a-z]{1,9}",
            environment in "[a-z0-9]{1,9}/[A-Z][A-Z._-]{0,9}",
            name in "[a-zA-Z0-9À-ɏ一-龥]{1,40}",
            scopes in prop::collection::vec("x[a-z]{0,8}:[a-z]{1,9}(@[a-z0-9~._-]{3,9})?", 1..5),
            origins in prop::collection::vec("https://(\\*\\.)?[a-z]{1,9}\\.example(:8443)?", 0..3),
            metadata in prop::collection::btree_map("\\PC{1,9}", "\\PC{0,30}", 0..5),
            times: (u64, Option<u64>, Option<u64>, Option<u64>, Option<u64>),
            enabled: bool,
            slot in prop::option::of(0_u8..100),
        ) -> TokenRecord {
            let random = Fixed(bytes);
            let account = AccountId::generate(&random).unwrap();
            let id = TokenId::generate(&random).unwrap();
            let prefix = "hp_pub".parse().unwrap();
            let token = hallpass_core::OpaqueToken::generate(prefix, id, &random).unwrap();
            let origins = origins.iter().map(|rule| rule.parse().unwrap()).collect();
            let scopes = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
            TokenRecord {
                id,
                kind: KindName::from(kind.as_str()),
                account,
                environment: environment.parse().unwrap(),
                principal: Principal::Account(account),
                name: TokenName::try_from(name).unwrap(),
                scopes: ScopeSet::new(scopes).unwrap(),
                origins: hallpass_core::OriginRules(origins),
                ips: hallpass_core::IpRules(vec!["2001:db8::/32".parse().unwrap()]),
                secret_hash: token.secret.hash(),
                previous: vec![hallpass_core::PreviousSecret {
                    hash: token.secret.hash(),
                    until: UnixMillis(times.0),
                }],
                public_text: times.1.map(|_| token.public_text()),
                created_at: UnixMillis(times.0),
                not_before: times.1.map(UnixSeconds),
                expires_at: times.2.map(UnixSeconds),
                revoked_at: times.3.map(UnixMillis),
                cut_off: times.4.map(UnixMillis),
                enabled,
                minted_by: times.2.map(|_| "tok_caller".to_owned()),
                metadata: Metadata::try_from(metadata).unwrap(),
                label: times.3.map(|_| hallpass_core::Label::of_account(&"acme".parse().unwrap(), &environment.parse().unwrap())),
                slot,
                live: slot.is_some(),
            }
        }
    }

    proptest! {
        #[test]
        fn a_record_reads_back_as_it_was_written(record in record(), ttl: Option<u64>) {
            let key = keys::token(&record.id);
            let item = write(&key, &record, ttl.map(UnixSeconds)).unwrap();
            prop_assert_eq!(Key::of(&item), key);
            let back: TokenRecord = read(item).unwrap();
            let json = |record: &TokenRecord| serde_json::to_value(record).unwrap();
            prop_assert_eq!(json(&back), json(&record));
        }
    }
}
