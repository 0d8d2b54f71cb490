//! The life of keys, as a table of moments.

use super::{Did, KNOWN_AFTER_SECONDS, PUBLISHED_BEFORE_SECONDS, Rules, Signs, Step};
use crate::request::KeysRequest;
use hallpass_core::{Algorithm, UnixMillis};
use hallpass_keys::{KeySettings, KeySort, SigningMode};
use hallpass_store::{KeyRow, KeyState, Keyring};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const LONGEST: u64 = 86_400;
const PERIOD: u64 = 90 * 86_400;
/// The longest token, its leeway, the signers' memory, and a minute.
const SPENT: u64 = LONGEST + 5 + 300 + 60;

fn before(seconds: u64) -> UnixMillis {
    UnixMillis(NOW.0.saturating_sub(seconds.saturating_mul(1_000)))
}

fn row(kid: &str, state: KeyState, age: u64) -> KeyRow {
    KeyRow {
        kid: kid.to_owned(),
        algorithm: Algorithm::ES256,
        kms_key_id: format!("kms-{kid}"),
        private_key: None,
        generation: 1,
        issuer: None,
        jwk: serde_json::json!({}),
        state,
        created_at: before(age),
        signs_from: (state != KeyState::Next).then(|| before(age)),
        longest_token: LONGEST,
        replaced_at: None,
        retired_at: None,
        ended_at: None,
        rotation_asked_at: None,
    }
}

fn step_with(rows: Vec<KeyRow>, settings: &KeySettings, request: &KeysRequest) -> Step {
    let mut ring = Keyring::default();
    ring.rows = rows;
    let rules = Rules {
        settings,
        longest_token: LONGEST,
        now: NOW,
    };
    rules.next_step(&ring, request)
}

fn step(rows: Vec<KeyRow>) -> Step {
    step_with(rows, &KeySettings::default(), &KeysRequest::default())
}

fn changed(step: Step) -> (Vec<KeyRow>, Option<Did>) {
    match step {
        Step::Change(rows, did) => (rows, did),
        other => panic!("{other:?}"),
    }
}

fn is_switch(step: &Step) -> bool {
    matches!(step, Step::Change(_, Some(Did::Switched { .. })))
}

#[test]
fn a_deployment_without_keys_gets_a_current_one_and_then_a_next_one() {
    assert_eq!(step(vec![]), Step::Make(KeyState::Current, Signs::AtOnce));
    let current = row("a", KeyState::Current, 0);
    assert_eq!(
        step(vec![current.clone()]),
        Step::Make(KeyState::Next, Signs::AtOnce)
    );
    assert_eq!(step(vec![current, row("b", KeyState::Next, 0)]), Step::Rest);
}

#[test]
fn the_next_key_signs_when_the_period_is_over_and_it_was_published_for_a_day() {
    for (age, published, switches) in [
        (PERIOD, PUBLISHED_BEFORE_SECONDS, true),
        (PERIOD - 1, PUBLISHED_BEFORE_SECONDS, false),
        (PERIOD, PUBLISHED_BEFORE_SECONDS - 1, false),
        (PERIOD * 3, PERIOD, true),
    ] {
        let rows = vec![
            row("a", KeyState::Current, age),
            row("b", KeyState::Next, published),
        ];
        let step = step(rows);
        assert_eq!(is_switch(&step), switches, "{age} {published}");
        if !switches {
            assert_eq!(step, Step::Rest);
            continue;
        }
        let (rows, did) = changed(step);
        let [a, b] = rows.as_slice() else {
            panic!("{rows:?}")
        };
        assert_eq!((a.state, a.replaced_at), (KeyState::Previous, Some(NOW)));
        assert_eq!((b.state, b.signs_from), (KeyState::Current, Some(NOW)));
        assert!(a.is_published() && b.is_published());
        let (from, to) = (Some("a".to_owned()), "b".to_owned());
        assert_eq!(did, Some(Did::Switched { from, to }));
    }
}

#[test]
fn asked_to_rotate_it_does_not_wait_for_the_period_but_for_the_day() {
    let rotate = KeysRequest {
        rotate: true,
        ..KeysRequest::default()
    };
    for (published, switches) in [
        (PUBLISHED_BEFORE_SECONDS, true),
        (PUBLISHED_BEFORE_SECONDS - 1, false),
    ] {
        let rows = vec![
            row("a", KeyState::Current, 5),
            row("b", KeyState::Next, published),
        ];
        let step = step_with(rows, &KeySettings::default(), &rotate);
        assert_eq!(is_switch(&step), switches, "{published}");
    }
}

#[test]
fn what_cannot_be_rotated_yet_is_noted_once_and_rotated_by_any_later_run() {
    let rotate = KeysRequest {
        rotate: true,
        ..KeysRequest::default()
    };
    let (settings, nothing) = (KeySettings::default(), KeysRequest::default());
    let rows = |asked: Option<KeyRow>, published| {
        let current = asked.unwrap_or_else(|| row("a", KeyState::Current, 5));
        vec![current, row("b", KeyState::Next, published)]
    };
    let young = PUBLISHED_BEFORE_SECONDS - 1;
    let (noted, did) = changed(step_with(rows(None, young), &settings, &rotate));
    let [noted] = noted.as_slice() else {
        panic!("{noted:?}")
    };
    assert_eq!((noted.kid.as_str(), did), ("a", None));
    assert!(noted.rotation_asked_at.is_some());
    let with_note = |published| rows(Some(noted.clone()), published);
    assert_eq!(step_with(with_note(young), &settings, &rotate), Step::Rest);
    assert_eq!(step_with(with_note(young), &settings, &nothing), Step::Rest);
    let later = step_with(with_note(young + 1), &settings, &nothing);
    assert!(is_switch(&later), "{later:?}");
    // Nobody asked.
    let later = step_with(rows(None, young + 1), &settings, &nothing);
    assert_eq!(later, Step::Rest);
}

#[test]
fn another_sort_or_mode_replaces_the_next_key_and_then_the_current_one() {
    for settings in [
        KeySettings {
            sort: KeySort::Rsa2048,
            ..KeySettings::default()
        },
        KeySettings {
            mode: SigningMode::Wrapped("alias/x".to_owned()),
            ..KeySettings::default()
        },
    ] {
        let ask = |rows| step_with(rows, &settings, &KeysRequest::default());
        let current = row("a", KeyState::Current, 5);
        let (rows, did) = changed(ask(vec![current.clone(), row("b", KeyState::Next, 0)]));
        assert_eq!(rows[0].retired_at, Some(NOW));
        assert_eq!(rows[0].kid, "b");
        assert_eq!(did, Some(Did::Unpublished { kid: "b".into() }));
        assert_eq!(
            ask(vec![current.clone()]),
            Step::Make(KeyState::Next, Signs::AtOnce)
        );
        let mut fit = row("c", KeyState::Next, PUBLISHED_BEFORE_SECONDS);
        fit.algorithm = settings.sort.algorithm();
        if settings.sort == KeySort::Rsa2048 {
            fit.jwk = serde_json::json!({"n": "x".repeat(342)});
        } else {
            fit.private_key = Some("wrapped".to_owned());
            fit.kms_key_id = "alias/x".to_owned();
        }
        assert!(is_switch(&ask(vec![current, fit])), "{settings:?}");
    }
}

#[test]
fn a_replaced_key_is_withdrawn_when_its_last_token_is_dead_and_then_ended() {
    let rows = |since: u64, longest: u64| {
        let previous = KeyRow {
            replaced_at: Some(before(since)),
            longest_token: longest,
            ..row("a", KeyState::Previous, PERIOD)
        };
        vec![
            previous,
            row("b", KeyState::Current, since),
            row("c", KeyState::Next, 0),
        ]
    };
    assert_eq!(step(rows(SPENT - 1, LONGEST)), Step::Rest);
    // The catalog of its time had longer tokens.
    assert_eq!(step(rows(SPENT, LONGEST + 1)), Step::Rest);
    let (changed, did) = changed(step(rows(SPENT, LONGEST)));
    assert_eq!(did, Some(Did::Unpublished { kid: "a".into() }));
    let [withdrawn] = changed.as_slice() else {
        panic!("{changed:?}")
    };
    let mut rows = rows(SPENT, LONGEST);
    rows[0] = withdrawn.clone();
    assert_eq!(step(rows.clone()), Step::End(withdrawn.clone()));
    // Once is enough; its row stays for a while.
    rows[0].ended_at = Some(NOW);
    assert_eq!(step(rows), Step::Rest);
}

#[test]
fn a_longer_token_of_a_new_catalog_is_remembered() {
    let current = KeyRow {
        longest_token: LONGEST - 1,
        ..row("a", KeyState::Current, 5)
    };
    let (rows, did) = changed(step(vec![current]));
    assert_eq!((rows[0].longest_token, did), (LONGEST, None));
}

#[test]
fn a_retired_current_key_gives_way_to_the_next_one_at_once() {
    for (published, waits) in [
        (PUBLISHED_BEFORE_SECONDS, 0),
        (KNOWN_AFTER_SECONDS, 0),
        (KNOWN_AFTER_SECONDS - 1, 1),
        (0, KNOWN_AFTER_SECONDS),
    ] {
        let rows = vec![
            row("a", KeyState::Current, 5),
            row("b", KeyState::Next, published),
        ];
        let retire = KeysRequest {
            retire: Some("a".to_owned()),
            ..KeysRequest::default()
        };
        let (rows, did) = changed(step_with(rows, &KeySettings::default(), &retire));
        assert_eq!((rows[0].kid.as_str(), rows[0].retired_at), ("a", Some(NOW)));
        assert_eq!(rows[1].state, KeyState::Current);
        assert_eq!(rows[1].signs_from, Some(NOW.plus_seconds(waits)));
        let (kid, to) = ("a".to_owned(), Some("b".to_owned()));
        assert_eq!(did, Some(Did::Retired { kid, to }));
    }
}

#[test]
fn retiring_what_does_not_sign_switches_nothing() {
    let previous = KeyRow {
        replaced_at: Some(before(60)),
        ..row("p", KeyState::Previous, PERIOD)
    };
    let rows = vec![
        previous,
        row("a", KeyState::Current, 60),
        row("b", KeyState::Next, 60),
    ];
    for kid in ["p", "b"] {
        let retire = KeysRequest {
            retire: Some(kid.to_owned()),
            ..KeysRequest::default()
        };
        let (changed, did) = changed(step_with(rows.clone(), &KeySettings::default(), &retire));
        assert_eq!(changed.len(), 1);
        assert_eq!(
            (changed[0].kid.as_str(), changed[0].retired_at),
            (kid, Some(NOW))
        );
        let kid = kid.to_owned();
        assert_eq!(did, Some(Did::Retired { kid, to: None }));
    }
}

#[test]
fn how_far_a_key_is_beyond_its_time() {
    let settings = KeySettings::default();
    let rules = Rules {
        settings: &settings,
        longest_token: LONGEST,
        now: NOW,
    };
    for (age, overdue) in [(0, 0), (PERIOD, 0), (PERIOD + 7, 7)] {
        assert_eq!(rules.overdue(&row("a", KeyState::Current, age)), overdue);
    }
    // Made long before it signed.
    let young = KeyRow {
        signs_from: Some(NOW),
        ..row("a", KeyState::Current, PERIOD * 2)
    };
    assert_eq!(rules.overdue(&young), 0);
}
