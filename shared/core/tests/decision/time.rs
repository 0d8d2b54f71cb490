//! When a token begins and ends, to the millisecond.

use super::{Jwt, NOW, Opaque, SECOND, opaque};
use hallpass_core::{Claims, DecisionCode, PreviousSecret, TokenRecord, UnixMillis, UnixSeconds};

/// One change to a row or to claims, the present in milliseconds and the code it leads to.
type Moment<T> = (fn(&mut T), u64, DecisionCode);

#[test]
fn s22_s30_an_opaque_tokens_times_are_exact_to_the_millisecond() {
    const AT: u64 = SECOND * 1_000;
    let expires = |row: &mut TokenRecord| row.expires_at = Some(UnixSeconds(SECOND));
    let starts = |row: &mut TokenRecord| row.not_before = Some(UnixSeconds(SECOND));
    let never = |row: &mut TokenRecord| row.expires_at = Some(UnixSeconds(u64::MAX));
    let cases: &[Moment<TokenRecord>] = &[
        (expires, AT - 1, DecisionCode::Active),
        (expires, AT, DecisionCode::Expired),
        (expires, AT + 1, DecisionCode::Expired),
        (expires, u64::MAX, DecisionCode::Expired),
        (starts, AT, DecisionCode::Active),
        (starts, AT - 5_000, DecisionCode::Active),
        (starts, AT - 5_001, DecisionCode::NotYetValid),
        (starts, 0, DecisionCode::NotYetValid),
        (never, AT, DecisionCode::Active),
        (never, u64::MAX - 1, DecisionCode::Active),
    ];
    for (change, now, code) in cases {
        let mut case = Opaque::good();
        change(case.row());
        case.asked.now = UnixMillis(*now);
        assert_eq!(case.decide().code, *code, "at {now}");
    }
}

#[test]
fn s5_s46_a_jwts_times_have_five_seconds_and_not_one_millisecond_more() {
    const AT: u64 = SECOND * 1_000;
    let issued = |claims: &mut Claims, at: u64| claims.iat = UnixSeconds(at);
    let expires = |claims: &mut Claims| claims.exp = UnixSeconds(SECOND);
    let iat = |claims: &mut Claims| claims.iat = UnixSeconds(SECOND);
    let nbf = |claims: &mut Claims| {
        claims.iat = UnixSeconds(SECOND - 100);
        claims.nbf = Some(UnixSeconds(SECOND));
    };
    let iat_after_nbf = |claims: &mut Claims| {
        claims.iat = UnixSeconds(SECOND);
        claims.nbf = Some(UnixSeconds(SECOND - 100));
    };
    let cases: &[Moment<Claims>] = &[
        (expires, AT, DecisionCode::Active),
        (expires, AT + 4_999, DecisionCode::Active),
        (expires, AT + 5_000, DecisionCode::Expired),
        (expires, AT + 6_000, DecisionCode::Expired),
        (expires, u64::MAX, DecisionCode::Expired),
        (iat, AT - 5_000, DecisionCode::Active),
        (iat, AT - 5_001, DecisionCode::NotYetValid),
        (iat, 0, DecisionCode::NotYetValid),
        (nbf, AT - 5_000, DecisionCode::Active),
        (nbf, AT - 5_001, DecisionCode::NotYetValid),
        (iat_after_nbf, AT - 5_000, DecisionCode::Active),
        (iat_after_nbf, AT - 5_001, DecisionCode::NotYetValid),
    ];
    for (change, now, code) in cases {
        let mut case = Jwt::good();
        issued(&mut case.claims, SECOND - 100);
        change(&mut case.claims);
        case.asked.now = UnixMillis(*now);
        assert_eq!(case.decide().code, *code, "at {now}");
    }
}

/// The kind of the case lives for an hour at most.
#[test]
fn s66_a_jwt_that_lives_longer_than_its_kind_is_unknown_whatever_signed_it() {
    for (issued, expires, code) in [
        (SECOND, SECOND + 3_600, DecisionCode::Active),
        (SECOND, SECOND + 3_601, DecisionCode::Unknown),
        (SECOND, SECOND + 30 * 365 * 86_400, DecisionCode::Unknown),
        (SECOND, u64::MAX, DecisionCode::Unknown),
        (0, SECOND + 60, DecisionCode::Unknown),
        // It expires before it was issued: an expired one, as any other.
        (SECOND, SECOND - 60, DecisionCode::Expired),
    ] {
        let mut case = Jwt::good();
        case.claims.iat = UnixSeconds(issued);
        case.claims.exp = UnixSeconds(expires);
        assert_eq!(case.decide().code, code, "from {issued} to {expires}");
    }
}

#[test]
fn s22_a_parents_expiry_is_exact_to_the_millisecond() {
    const AT: u64 = SECOND * 1_000;
    for (now, code) in [
        (AT - 1, DecisionCode::Active),
        (AT, DecisionCode::ParentExpired),
        (AT + 4_999, DecisionCode::ParentExpired),
    ] {
        let mut case = Jwt::good();
        case.row().expires_at = Some(UnixSeconds(SECOND));
        case.asked.now = UnixMillis(now);
        assert_eq!(case.decide().code, code, "at {now}");
    }
}

#[test]
fn s27_a_cut_off_ends_what_was_issued_in_its_millisecond_and_nothing_later() {
    let UnixMillis(cut_off) = NOW;
    for (issued, code) in [
        (cut_off - 1, DecisionCode::ParentRevoked),
        (cut_off, DecisionCode::ParentRevoked),
        (cut_off + 1, DecisionCode::Active),
    ] {
        let mut case = Jwt::good();
        case.row().cut_off = Some(NOW);
        case.claims.hallpass.iat_ms = UnixMillis(issued);
        assert_eq!(case.decide().code, code, "issued at {issued}");
    }
}

#[test]
fn a_cut_off_does_not_end_the_token_that_carries_it() {
    let mut case = Opaque::good();
    case.row().cut_off = Some(NOW);
    assert_eq!(case.decide().code, DecisionCode::Active);
}

#[test]
fn s31_a_rotated_secret_lives_until_its_last_millisecond_and_then_was_never_there() {
    let UnixMillis(now) = NOW;
    for (until, code) in [
        (NOW.seconds().plus(1).millis().0, DecisionCode::Active),
        (now, DecisionCode::Unknown),
        (now - 1, DecisionCode::Unknown),
    ] {
        let mut case = Opaque::good();
        case.row().secret_hash = opaque("tsec", 2).secret.hash();
        let previous = PreviousSecret {
            hash: opaque("tsec", 1).secret.hash(),
            until: UnixMillis(until),
        };
        case.row().previous = vec![previous];
        assert_eq!(case.decide().code, code, "until {until}");
    }
}
