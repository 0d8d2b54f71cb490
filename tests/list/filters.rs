//! Filters: whatever is asked for, the pages are full, in order, and hold each token once.

use crate::list::{ids, page};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::time::Duration;

/// A token, as its record has it.
#[derive(Clone, Debug)]
struct Token {
    id: String,
    kind: String,
    principal: String,
    created_at: u64,
}

/// All tokens of the operator's environment, the newest first.
async fn tokens(hallpass: &Hallpass) -> Vec<Token> {
    let records = hallpass.items_of("TOKEN#").await;
    let mut tokens: Vec<Token> = records
        .iter()
        .map(|record| {
            let of = |name: &str| record[name].as_s().unwrap().clone();
            Token {
                id: of("id"),
                kind: of("kind"),
                principal: of("principal"),
                created_at: record["created_at"].as_n().unwrap().parse().unwrap(),
            }
        })
        .collect();
    tokens.sort_by_key(|token| (Reverse(token.created_at), token.id.clone()));
    tokens
}

/// The pages of a list: the ids of each.
async fn pages(hallpass: &Hallpass, query: &str) -> Vec<Vec<String>> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let body = page(hallpass, &hallpass.root, &format!("?{query}{cursor}")).await;
        pages.push(ids(body["tokens"].as_array().unwrap()));
        match body["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages,
        }
    }
}

/// Tokens of some kinds and principals, a few at a time, among many of one kind and principal.
async fn world(hallpass: &Hallpass) -> [String; 3] {
    let service = async |name: &str| {
        let body = json!({"name": name});
        hallpass
            .made(&hallpass.root, "/v1/service-accounts", body)
            .await
    };
    let principals = [
        hallpass.operator.clone(),
        service("shop").await,
        service("till").await,
    ];
    let kinds = ["apikey", "apikey", "secret", "publishable"];
    for number in 0_usize..40 {
        let (kind, principal) = (kinds[number * 7 % 4], &principals[number * 5 % 3]);
        let mut body = json!({"kind": kind, "name": "x", "scopes": ["asset:read"]});
        if kind == "publishable" {
            body["origins"] = json!(["https://a.com"]);
        } else {
            body["principal"] = json!(principal);
        }
        let minted = hallpass.mint(body).await;
        if number == 20 {
            assert_eq!(minted["kind"], "apikey");
            hallpass.copies(&text(&minted, "id"), 250).await;
        }
        // Some are made in the same millisecond.
        hallpass
            .clock
            .advance(Duration::from_millis((number % 3) as u64));
    }
    principals
}

#[tokio::test]
async fn pages_of_any_size_and_filter_are_full_and_hold_each_token_once_the_newest_first() {
    let hallpass = Hallpass::start("default").await;
    let principals = world(&hallpass).await;
    let all = tokens(&hallpass).await;
    assert_eq!(all.len(), 291);
    let kinds = [
        None,
        Some("apikey"),
        Some("secret"),
        Some("publishable"),
        Some("management"),
    ];
    let absent = "usr_0000000000000000000000".to_owned();
    let mut asked: Vec<Option<&String>> = vec![None, Some(&absent)];
    asked.extend(principals.iter().map(Some));
    let mut rare = 0;
    for kind in kinds {
        for principal in &asked {
            let is_asked = |token: &&Token| {
                kind.is_none_or(|kind| token.kind == kind)
                    && principal.is_none_or(|principal| token.principal == *principal)
            };
            let expected: Vec<String> = all
                .iter()
                .filter(is_asked)
                .map(|it| it.id.clone())
                .collect();
            rare += usize::from((1..=10).contains(&expected.len()));
            let mut query = String::new();
            for (name, value) in [("kind", kind), ("principal", principal.map(String::as_str))] {
                if let Some(value) = value {
                    query += &format!("{name}={value}&");
                }
            }
            for limit in [1, 2, 7, 40, 100] {
                if expected.len() > 40 * limit {
                    continue;
                }
                let pages = pages(&hallpass, &format!("{query}limit={limit}")).await;
                let expected: Vec<Vec<String>> = match expected.chunks(limit) {
                    chunks if chunks.len() == 0 => vec![vec![]],
                    chunks => chunks.map(<[String]>::to_vec).collect(),
                };
                assert_eq!(pages, expected, "{query}limit={limit}");
            }
        }
    }
    assert!(rare >= 4, "{rare} filters find little among much");
}

/// The table deletes the rows of a token in any order: what is gone leaves no gap in a page.
#[tokio::test]
async fn pages_are_full_while_the_table_deletes_what_is_old() {
    let hallpass = Hallpass::start("default").await;
    world(&hallpass).await;
    let all = tokens(&hallpass).await;
    let gone = |at: usize| at % 5 == 2 || (60..80).contains(&at);
    for (at, token) in all.iter().enumerate().filter(|(at, _)| gone(*at)) {
        let pk = format!("ENVIRONMENT#{}#default/live", hallpass.operator);
        let delete = hallpass.dynamodb_client.delete_item();
        let delete = delete
            .table_name(&hallpass.table)
            .key("pk", AttributeValue::S(pk))
            .key("sk", AttributeValue::S(format!("TOKEN#{}", token.id)));
        let old = delete.return_values(aws_sdk_dynamodb::types::ReturnValue::AllOld);
        assert!(old.send().await.unwrap().attributes.is_some(), "{at}");
    }
    let left = all.iter().enumerate().filter(|(at, _)| !gone(*at));
    let left: Vec<String> = left.map(|(_, token)| token.id.clone()).collect();
    for limit in [10, 100] {
        let pages = pages(&hallpass, &format!("limit={limit}")).await;
        assert_eq!(pages.concat(), left, "{limit}");
        let (_, but_the_last) = pages.split_last().unwrap();
        assert!(
            but_the_last.iter().all(|page| page.len() == limit),
            "{limit}"
        );
    }
}

/// What was asked for, and a cursor of which list is sent with it.
#[tokio::test]
async fn a_cursor_belongs_to_one_list() {
    let hallpass = Hallpass::start("default").await;
    let [_, shop, till] = world(&hallpass).await;
    let lists = [
        String::new(),
        "kind=apikey&".to_owned(),
        "kind=secret&".to_owned(),
        format!("principal={shop}&"),
        format!("principal={till}&"),
        format!("principal={shop}&kind=apikey&"),
        format!("principal={till}&kind=apikey&"),
    ];
    let mut cursors = Vec::new();
    for list in &lists {
        let first = page(&hallpass, &hallpass.root, &format!("?{list}limit=1")).await;
        cursors.push(text(&first, "cursor"));
    }
    for (of, cursor) in lists.iter().zip(&cursors) {
        for list in &lists {
            let call = hallpass.get(&format!("/v1/tokens?{list}limit=1&cursor={cursor}"));
            let reply = call.bearer(&hallpass.root).await;
            if list == of {
                assert_eq!(reply.status, 200, "{list}");
            } else {
                reply.assert(list, 422, "invalid_cursor");
            }
        }
    }
}

#[tokio::test]
async fn a_principal_that_is_none_is_refused_by_name() {
    let hallpass = Hallpass::start("default").await;
    for principal in ["", "me", "tok_0000000000000000000000"] {
        let call = hallpass.get(&format!("/v1/tokens?principal={principal}"));
        let reply = call.bearer(&hallpass.root).await;
        reply.assert(principal, 422, "invalid_query");
        assert_eq!(reply.body["field"], Value::from("principal"));
    }
}
