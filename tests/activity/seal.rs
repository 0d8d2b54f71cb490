//! The chain of seals: what was deleted, altered or added afterwards is seen.

use crate::activity::read;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use hallpass_core::Tenant;
use hallpass_http::finish;
use hallpass_tests::{Hallpass, Item, Log, text};
use serde_json::{Value, json};
use std::time::Duration;

/// Writes this many acts into the operator's log, a millisecond apart, as if they had been done.
pub async fn forge_acts(hallpass: &Hallpass, count: u64) {
    let model = hallpass.items_of("AUDIT#").await.remove(0);
    let at: u64 = model["at"].as_n().unwrap().parse().unwrap();
    let acts: Vec<u64> = (1..=count).collect();
    for batch in acts.chunks(25) {
        let mut writes = Vec::new();
        for number in batch {
            let mut act = model.clone();
            let at = at + number;
            act.insert(
                "sk".into(),
                AttributeValue::S(format!("{at:013}#{number:016x}")),
            );
            act.insert("at".into(), AttributeValue::N(at.to_string()));
            let put = PutRequest::builder().set_item(Some(act)).build().unwrap();
            writes.push(WriteRequest::builder().put_request(put).build());
        }
        let write = hallpass.dynamodb_client.batch_write_item();
        let written = write
            .request_items(&hallpass.table, writes)
            .send()
            .await
            .unwrap();
        assert!(written.unprocessed_items.unwrap_or_default().is_empty());
    }
}

async fn put(hallpass: &Hallpass, item: Item) {
    let put = hallpass
        .dynamodb_client
        .put_item()
        .table_name(&hallpass.table);
    put.set_item(Some(item)).send().await.unwrap();
}

async fn delete(hallpass: &Hallpass, item: &Item) {
    let delete = hallpass
        .dynamodb_client
        .delete_item()
        .table_name(&hallpass.table);
    let delete = delete
        .key("pk", item["pk"].clone())
        .key("sk", item["sk"].clone());
    delete.send().await.unwrap();
}

/// The seals of all chains, in the order of their numbers, without the notes of the last ones.
async fn seals(hallpass: &Hallpass) -> Vec<Item> {
    let mut seals = hallpass.items_of("SEALS#").await;
    seals.retain(|row| !row["pk"].as_s().unwrap().starts_with("SEALS#HEAD#"));
    seals
}

async fn verify(hallpass: &Hallpass) -> Value {
    verify_from(hallpass, "").await
}

async fn verify_from(hallpass: &Hallpass, cursor: &str) -> Value {
    read(
        hallpass,
        &hallpass.root,
        &format!("/v1/audit?verify=true{cursor}"),
    )
    .await
}

/// Three batches of acts, each old enough and sealed before the next.
async fn sealed() -> Hallpass {
    let hallpass = Hallpass::start("default").await;
    for number in 1..=3 {
        for _ in 0..2 {
            hallpass.secret_with(json!({})).await;
        }
        hallpass.clock.advance(Duration::from_millis(60_001));
        let verified = verify(&hallpass).await;
        assert_eq!(verified["intact"], true);
        assert_eq!(verified["seals"], number);
        assert_eq!(verified["head"]["number"], number);
    }
    hallpass
}

#[tokio::test]
async fn acts_are_sealed_once_they_are_a_minute_old() {
    let hallpass = Hallpass::start("default").await;
    hallpass.secret_with(json!({})).await;
    hallpass.clock.advance(Duration::from_millis(60_000));
    let young = verify(&hallpass).await;
    assert_eq!(
        young,
        json!({"intact": true, "seals": 0, "rows": 0, "head": null})
    );
    hallpass.clock.advance(Duration::from_millis(1));
    hallpass.secret_with(json!({})).await;
    // Bootstrap's and the first one; the second one is young.
    let old = verify(&hallpass).await;
    assert_eq!((&old["seals"], &old["rows"]), (&json!(1), &json!(2)));
    // Where nothing happened, nothing is added to the chain.
    assert_eq!(verify(&hallpass).await, old);
}

#[tokio::test]
async fn whatever_is_done_to_a_sealed_row_is_seen_and_its_seal_named() {
    for (what, code, number) in [
        ("deleted", "rows_missing", 2),
        ("altered", "rows_altered", 2),
        ("renamed", "rows_altered", 2),
        ("widened", "rows_altered", 2),
        ("added", "rows_added", 2),
        // Where nothing happened when the third was made.
        ("added in between", "rows_added", 3),
    ] {
        let hallpass = sealed().await;
        let rows = hallpass.items_of("AUDIT#").await;
        // Bootstrap's and two; two; two: this is one of the second seal.
        let row = rows[4].clone();
        let mut changed = row.clone();
        match what {
            "deleted" => delete(&hallpass, &row).await,
            "altered" => {
                changed.insert("by".into(), AttributeValue::S("tok_other".into()));
                put(&hallpass, changed).await;
            }
            "renamed" => {
                let address = changed.remove("address").unwrap();
                changed.insert("addresses".into(), address);
                put(&hallpass, changed).await;
            }
            "widened" => {
                changed.insert("extra".into(), AttributeValue::Bool(true));
                put(&hallpass, changed).await;
            }
            _ => {
                let at: u64 = row["at"].as_n().unwrap().parse().unwrap();
                let at = if what == "added" { at } else { at + 500 };
                let sk = format!("{at:013}#{:016x}", u64::MAX);
                changed.insert("sk".into(), AttributeValue::S(sk));
                put(&hallpass, changed).await;
            }
        }
        let verified = verify(&hallpass).await;
        assert_eq!(verified["intact"], false, "{what}");
        assert_eq!(verified["fault"]["seal"], number, "{what}: {verified}");
        assert_eq!(verified["fault"]["code"], code, "{what}");
        assert_eq!(verified["seals"], number - 1, "{what}");
        // What comes later does not hide it.
        hallpass.secret_with(json!({})).await;
        hallpass.clock.advance(Duration::from_secs(61));
        let later = verify(&hallpass).await;
        assert_eq!(later["fault"], verified["fault"], "{what}");
    }
}

/// Deletes the seals from this number on, with the rows that they cover.
async fn cut(hallpass: &Hallpass, from: usize) {
    for seal in seals(hallpass).await.split_off(from - 1) {
        delete(hallpass, &seal).await;
    }
    // Bootstrap's and two; two; two.
    let rows = if from == 1 { 0 } else { from * 2 - 1 };
    for row in hallpass.items_of("AUDIT#").await.split_off(rows) {
        delete(hallpass, &row).await;
    }
}

#[tokio::test]
async fn s69_a_chain_that_was_cut_off_is_told_and_stays_so() {
    for from in [1, 2, 3] {
        let hallpass = sealed().await;
        cut(&hallpass, from).await;
        // Whatever happens meanwhile: later acts, a flush, a reading, further verifications.
        for _ in 0..3 {
            let before = seals(&hallpass).await.len();
            let verified = verify(&hallpass).await;
            assert_eq!(verified["intact"], false, "{from}");
            assert_eq!(verified["fault"]["seal"], from);
            assert_eq!(verified["fault"]["code"], "seal_missing", "{from}");
            assert_eq!(verified["seals"], from - 1);
            hallpass.secret_with(json!({})).await;
            hallpass.clock.advance(Duration::from_secs(61));
            hallpass.platform.flush().await;
            read(&hallpass, &hallpass.root, "/v1/audit").await;
            assert_eq!(seals(&hallpass).await.len(), before, "{from}");
        }
    }
}

#[tokio::test]
async fn s69_the_note_of_the_last_seal_is_missed_as_well() {
    let hallpass = sealed().await;
    cut(&hallpass, 3).await;
    let mut note = hallpass.items_of("SEALS#HEAD#").await.remove(0);
    delete(&hallpass, &note).await;
    for _ in 0..2 {
        let verified = verify(&hallpass).await;
        assert_eq!(verified["intact"], false);
        assert_eq!(verified["fault"]["seal"], 3);
        assert_eq!(verified["fault"]["code"], "head_missing");
        hallpass.secret_with(json!({})).await;
        hallpass.clock.advance(Duration::from_secs(61));
        hallpass.platform.flush().await;
    }
    // Nor does it pass with another hash, or of another sort.
    let hallpass = sealed().await;
    for (hash, code) in [("number", "head_missing"), ("hash", "seal_altered")] {
        let whole = hallpass.items_of("SEALS#HEAD#").await.remove(0);
        note.clone_from(&whole);
        note.insert(hash.into(), AttributeValue::S("0".repeat(64)));
        put(&hallpass, note.clone()).await;
        let verified = verify(&hallpass).await;
        assert_eq!(verified["fault"]["code"], code);
        put(&hallpass, whole).await;
    }
    assert_eq!(verify(&hallpass).await["intact"], true);
}

#[tokio::test]
async fn s69_a_verification_writes_nothing_where_it_finds_a_fault() {
    let hallpass = sealed().await;
    let rows = hallpass.items_of("AUDIT#").await;
    delete(&hallpass, &rows[4]).await;
    hallpass.secret_with(json!({})).await;
    hallpass.clock.advance(Duration::from_secs(61));
    hallpass.dynamodb.reset();
    assert_eq!(verify(&hallpass).await["intact"], false);
    assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), 0);
    assert_eq!(seals(&hallpass).await.len(), 3);
}

/// Seals of before were not noted as the last: nothing is missed, and the next one is noted.
#[tokio::test]
async fn a_chain_of_before_is_read_and_goes_on() {
    let hallpass = sealed().await;
    let note = hallpass.items_of("SEALS#HEAD#").await.remove(0);
    delete(&hallpass, &note).await;
    for mut seal in seals(&hallpass).await {
        seal.remove("noted").unwrap();
        put(&hallpass, seal).await;
    }
    assert_eq!(verify(&hallpass).await["intact"], true);
    hallpass.secret_with(json!({})).await;
    hallpass.clock.advance(Duration::from_secs(61));
    let verified = verify(&hallpass).await;
    assert_eq!(
        (&verified["intact"], &verified["seals"]),
        (&json!(true), &json!(4))
    );
    assert_eq!(hallpass.items_of("SEALS#HEAD#").await.len(), 1);
    // While an older version seals beside this one, the note lies behind.
    let mut note = hallpass.items_of("SEALS#HEAD#").await.remove(0);
    let third = seals(&hallpass).await.remove(2);
    note.insert("number".into(), third["number"].clone());
    note.insert("hash".into(), third["hash"].clone());
    put(&hallpass, note).await;
    hallpass.secret_with(json!({})).await;
    hallpass.clock.advance(Duration::from_secs(61));
    let verified = verify(&hallpass).await;
    assert_eq!(
        (&verified["intact"], &verified["seals"]),
        (&json!(true), &json!(5))
    );
}

#[tokio::test]
async fn whatever_is_done_to_a_seal_is_seen() {
    for (what, code) in [
        ("deleted", "seal_missing"),
        ("first deleted", "seal_missing"),
        ("altered", "seal_altered"),
        ("moved", "seal_missing"),
        ("last of another sort", "seal_altered"),
        ("of another sort", "seal_altered"),
    ] {
        let hallpass = sealed().await;
        let seals = seals(&hallpass).await;
        let mut seal = seals[1].clone();
        match what {
            "deleted" => delete(&hallpass, &seal).await,
            "first deleted" => delete(&hallpass, &seals[0]).await,
            "of another sort" | "last of another sort" => {
                if what.starts_with("last") {
                    seal = seals[2].clone();
                }
                seal.insert("count".into(), AttributeValue::S("one".into()));
                put(&hallpass, seal).await;
            }
            "altered" => {
                seal.insert("count".into(), AttributeValue::N("1".into()));
                put(&hallpass, seal).await;
            }
            _ => {
                delete(&hallpass, &seal).await;
                seal.insert("sk".into(), AttributeValue::S("0000000009".into()));
                put(&hallpass, seal).await;
            }
        }
        let verified = verify(&hallpass).await;
        assert_eq!(verified["intact"], false, "{what}");
        assert_eq!(verified["fault"]["code"], code, "{what}");
        let named = match what {
            "first deleted" => 1,
            "last of another sort" => 3,
            _ => 2,
        };
        assert_eq!(verified["fault"]["seal"], named, "{what}");
        // The acts can be read all the same.
        let acts = read(&hallpass, &hallpass.root, "/v1/audit").await;
        assert!(!acts["audit"].as_array().unwrap().is_empty(), "{what}");
    }
}

/// An invalid seal in one environment does not stop the sealing of others.
#[tokio::test]
async fn a_seal_of_another_sort_stops_no_other_environments() {
    let hallpass = Hallpass::start("default").await;
    hallpass.clock.advance(Duration::from_millis(60_001));
    verify(&hallpass).await;
    let mut seal = seals(&hallpass).await.remove(0);
    seal.insert("count".into(), AttributeValue::S("one".into()));
    put(&hallpass, seal).await;
    hallpass.secret_with(json!({})).await;
    for number in 0..6 {
        hallpass
            .account(&format!("a{number}"), json!(["asset:read"]))
            .await;
    }
    hallpass.clock.advance(Duration::from_millis(60_001));
    let log = Log::keep();
    hallpass.platform.flush().await;
    assert_eq!(seals(&hallpass).await.len(), 7);
    assert_eq!(log.told("ERROR", &hallpass.operator), 1, "{}", log.text());
}

/// Where the chain ends is logged, out of reach of who can write the table.
#[tokio::test]
async fn a_new_seal_is_logged() {
    let hallpass = Hallpass::start("default").await;
    hallpass.secret_with(json!({})).await;
    hallpass.clock.advance(Duration::from_millis(60_001));
    let log = Log::keep();
    let verified = verify(&hallpass).await;
    let (number, hash) = (&verified["head"]["number"], &verified["head"]["hash"]);
    let head = format!("{number}.{}", hash.as_str().unwrap());
    assert_eq!(log.told("INFO", &head), 1, "{}", log.text());
}

/// Who can write the whole table can make a new chain: not one that ends in what was noted before.
#[tokio::test]
async fn a_chain_made_anew_does_not_pass_for_the_one_that_was_noted() {
    let hallpass = sealed().await;
    let noted = verify(&hallpass).await["head"].clone();
    let from_noted = format!("&cursor={}.{}", noted["number"], text(&noted, "hash"));
    hallpass.secret_with(json!({})).await;
    hallpass.clock.advance(Duration::from_secs(61));
    let honest = verify_from(&hallpass, &from_noted).await;
    assert_eq!(
        (&honest["intact"], &honest["seals"]),
        (&json!(true), &json!(1))
    );
    // All of it is done again, without one row: also the note of which seal is the last.
    for seal in hallpass.items_of("SEALS#").await {
        delete(&hallpass, &seal).await;
    }
    delete(&hallpass, &hallpass.items_of("AUDIT#").await[4]).await;
    assert_eq!(verify(&hallpass).await["intact"], true);
    let seen = verify_from(&hallpass, &from_noted).await;
    assert_eq!(seen["intact"], false);
    assert_eq!(seen["fault"]["code"], "seal_missing");
    // Nor where the new chain is as long.
    for _ in 0..3 {
        hallpass.secret_with(json!({})).await;
        hallpass.clock.advance(Duration::from_secs(61));
        verify(&hallpass).await;
    }
    let seen = verify_from(&hallpass, &from_noted).await;
    assert_eq!(
        seen["fault"],
        json!({
            "seal": 3, "code": "seal_altered",
            "detail": "the seal was altered, or does not follow from the one before it",
        })
    );
}

#[tokio::test]
async fn sealers_at_once_make_one_chain_of_a_thousand_acts() {
    let hallpass = Hallpass::start("default").await;
    forge_acts(&hallpass, 1_000).await;
    hallpass.clock.advance(Duration::from_secs(62));
    let account = hallpass.operator.parse().unwrap();
    let mut sealers = Vec::new();
    for _ in 0..8 {
        let (store, now) = (hallpass.platform.store.clone(), hallpass.platform.now());
        sealers.push(tokio::spawn(async move {
            store.seal(&Tenant::first_of(account), now).await.unwrap()
        }));
    }
    for sealer in sealers {
        assert!(sealer.await.unwrap().is_some());
    }
    let verified = verify(&hallpass).await;
    assert_eq!(verified["intact"], true);
    assert_eq!(
        (&verified["seals"], &verified["rows"]),
        (&json!(3), &json!(1_001))
    );
}

/// A page looks at ten seals or so, and says where to go on.
#[tokio::test]
async fn a_long_chain_is_verified_page_by_page() {
    let hallpass = Hallpass::start("default").await;
    for _ in 0..25 {
        hallpass.secret_with(json!({})).await;
        hallpass.clock.advance(Duration::from_secs(61));
        hallpass.platform.flush().await;
    }
    let walk = async || {
        let (mut seals, mut rows, mut pages, mut cursor) = (0, 0, 0, String::new());
        loop {
            let page = verify_from(&hallpass, &cursor).await;
            seals += page["seals"].as_u64().unwrap();
            rows += page["rows"].as_u64().unwrap();
            pages += 1;
            assert!(page["seals"].as_u64().unwrap() <= 11);
            if page["intact"] == false {
                return (seals, rows, pages, page["fault"].clone());
            }
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return (seals, rows, pages, Value::Null),
            }
        }
    };
    assert_eq!(walk().await, (25, 26, 3, Value::Null));
    let rows = hallpass.items_of("AUDIT#").await;
    delete(&hallpass, &rows[18]).await;
    let (seals, _, pages, fault) = walk().await;
    assert_eq!((seals, pages), (17, 2));
    assert_eq!(
        (&fault["seal"], &fault["code"]),
        (&json!(18), &json!("rows_missing"))
    );
}

/// Beside invocations, by the instance that acted, once the acts are old enough.
#[tokio::test]
async fn acts_are_sealed_beside_later_requests() {
    let mut hallpass = Hallpass::start("default").await;
    let platform = hallpass.platform.clone().flushing_during_requests();
    hallpass.router = finish(hallpass_local::routes(&hallpass.signer), &platform);
    hallpass.secret_with(json!({})).await;
    assert!(hallpass.items_of("SEALS#").await.is_empty());
    for _ in 0..2 {
        hallpass.clock.advance(Duration::from_millis(60_001));
        hallpass.dynamodb.reset();
        assert_eq!(hallpass.get("/v1/nowhere").await.status, 404);
    }
    hallpass.dynamodb.arrived("TransactWriteItems", 1).await;
    assert_eq!(verify(&hallpass).await["rows"], 2);
    assert_eq!(seals(&hallpass).await.len(), 1);
}
