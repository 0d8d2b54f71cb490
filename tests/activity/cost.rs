//! What counting use costs: write units, counted at the wire as DynamoDB says them, from the flush of
//! the instances to the pages that can be read. The law: at most half a unit a validation, beyond one an
//! instance and minute, 8 a minute for all together, and one for each environment and token that is used
//! in an hour.

use crate::activity::read;
use hallpass_core::{AccountId, JwtId, ParentId, Principal, TokenContext, TokenId, UserId};
use hallpass_maintain::{WORK_FOR, maintain};
use hallpass_runtime::{Platform, SystemRandom};
use hallpass_tests::Hallpass;
use serde_json::{Value, json};
use std::time::Duration;

const ROUTE: &str = "GET /v2/floor/{id}";

/// What is known of a JWT that was derived for somebody.
async fn visitor(hallpass: &Hallpass) -> TokenContext {
    let (_, token) = hallpass.secret_with(json!({})).await;
    let jwt = hallpass
        .derive(&token, json!({"scopes": ["asset:read"]}))
        .await;
    let platform = &hallpass.platform;
    let read = platform.validator.examine([jwt.as_str()], platform.now());
    let [context] = read.await.unwrap();
    context
}

/// The same of another visitor, whose claims are changed.
fn like(context: &TokenContext, change: impl FnOnce(&mut hallpass_core::Claims)) -> TokenContext {
    let mut context = context.clone();
    let TokenContext::Jwt { claims, .. } = &mut context else {
        panic!("a JWT");
    };
    claims.jti = JwtId::generate(&SystemRandom).unwrap();
    change(claims);
    context
}

fn user() -> Principal {
    Principal::User(UserId::generate(&SystemRandom).unwrap())
}

fn instances(hallpass: &mut Hallpass, count: usize) -> Vec<Platform> {
    let mut instances = Vec::new();
    for _ in 0..count {
        hallpass.another_instance();
        instances.push(hallpass.platform.clone());
    }
    instances
}

/// A minute passes, at whose end instances write what they counted, and `maintain` runs. How many uses
/// it folded.
async fn a_minute(hallpass: &Hallpass, instances: &[Platform]) -> u64 {
    hallpass.clock.advance(Duration::from_secs(60));
    for instance in instances {
        instance.flush().await;
    }
    let run = maintain(&hallpass.platform, WORK_FOR).await.unwrap();
    run.folded_uses
}

/// All totals of the operator's environment, whatever the number of pages.
async fn totals(hallpass: &Hallpass, group_by: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/usage?group_by={group_by}&route=GET%20/v2/floor/%7Bid%7D{cursor}");
        let page = read(hallpass, &hallpass.root, &path).await;
        found.extend(page["usage"].as_array().unwrap().clone());
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

fn sum(totals: &[Value]) -> u64 {
    totals.iter().map(|it| it["count"].as_u64().unwrap()).sum()
}

/// A hundred thousand users, each seen once a minute, by one of fifty instances.
#[tokio::test]
async fn visitors_of_a_long_tail_cost_less_than_half_a_write_each() {
    const VISITORS: usize = 100_000;
    const INSTANCES: usize = 50;
    const MINUTES: u64 = 2;
    let mut hallpass = Hallpass::start("default").await;
    let one = visitor(&hallpass).await;
    hallpass.fold_use().await;
    let users: Vec<Principal> = (0..VISITORS).map(|_| user()).collect();
    let instances = instances(&mut hallpass, INSTANCES);
    hallpass.dynamodb.count_write_units();
    let mut before = 0.0;
    for minute in 0..MINUTES {
        for (number, user) in users.iter().enumerate() {
            let context = like(&one, |claims| claims.sub = *user);
            let instance = &instances[number % INSTANCES];
            instance.count_use(&context, ROUTE, "active", hallpass.platform.now());
        }
        assert_eq!(a_minute(&hallpass, &instances).await, 100_000);
        let units = hallpass.dynamodb.write_units();
        let a_use = (units - before - 50.0) / 100_000.0;
        println!(
            "minute {minute}: {} units, {a_use:.3} a use",
            units - before
        );
        assert!(a_use < 0.5, "{a_use}");
        // Far from the limit: what is packed takes a fraction of it.
        assert!(a_use < 0.15, "{a_use}");
        before = units;
    }
    assert_eq!(sum(&totals(&hallpass, "day").await), MINUTES * 100_000);
    let of_one = format!("principal&principal={}", users[77]);
    assert_eq!(sum(&totals(&hallpass, &of_one).await), MINUTES);
}

/// A hundred environments, each seen once a minute, by one instance: their pages and tokens wait for
/// more.
#[tokio::test]
async fn many_quiet_environments_cost_less_than_half_a_write_each() {
    const MINUTES: u32 = 45;
    let mut hallpass = Hallpass::start("default").await;
    let one = visitor(&hallpass).await;
    hallpass.fold_use().await;
    let environments: Vec<TokenContext> = (0..100)
        .map(|_| {
            like(&one, |claims| {
                let account = AccountId::generate(&SystemRandom).unwrap();
                let parent = ParentId::Token(TokenId::generate(&SystemRandom).unwrap());
                claims.hallpass.account = account;
                claims.hallpass.parent = parent;
                claims.sub = Principal::Account(account);
            })
        })
        .collect();
    let instances = instances(&mut hallpass, 1);
    hallpass.dynamodb.count_write_units();
    let mut folded = 0;
    for _ in 0..MINUTES {
        for context in &environments {
            instances[0].count_use(context, ROUTE, "active", hallpass.platform.now());
        }
        folded += a_minute(&hallpass, &instances).await;
    }
    let (units, uses) = (hallpass.dynamodb.write_units(), f64::from(MINUTES) * 100.0);
    println!("{units} units for {uses} uses, of which {folded} are folded");
    assert!(folded > 3_000, "{folded}");
    assert!(units < 0.5 * uses + f64::from(MINUTES), "{units}");
}

/// One instance, asked once a minute: it writes every other minute, and the pages of a deployment as
/// small as this are written at once.
#[tokio::test]
async fn a_quiet_deployment_costs_a_few_writes_a_minute() {
    const MINUTES: u32 = 60;
    let mut hallpass = Hallpass::start("default").await;
    let one = visitor(&hallpass).await;
    hallpass.fold_use().await;
    let instances = instances(&mut hallpass, 1);
    hallpass.dynamodb.count_write_units();
    for _ in 0..MINUTES / 2 {
        instances[0].count_use(&one, ROUTE, "active", hallpass.platform.now());
        hallpass.clock.advance(Duration::from_secs(60));
        instances[0].count_use(&one, ROUTE, "active", hallpass.platform.now());
        assert_eq!(a_minute(&hallpass, &instances).await, 2);
    }
    let units = hallpass.dynamodb.write_units();
    println!("{units} units for {MINUTES} uses");
    assert!(units <= 4.0 * f64::from(MINUTES), "{units}");
}
