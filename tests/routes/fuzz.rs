//! Any bytes and any JSON as a body: never a fault, and nothing written by what is refused.

use super::bodies::{fields, good, good_body, with_bodies};
use super::table::Row;
use super::world::{World, ask};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

/// Any JSON, as a text.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|it| it.to_string()),
        any::<i128>().prop_map(|it| it.to_string()),
        any::<f64>().prop_map(|it| format!("{it:e}")),
        "\\PC{0,40}".prop_map(|it| json!(it).to_string()),
        "[a-z]{1,9}:([a-z]{1,9}|\\*)(@[a-z/.]{0,9})?".prop_map(|it| json!(it).to_string()),
        "(https?://)?[a-z.*:0-9]{1,20}".prop_map(|it| json!(it).to_string()),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|it| format!("[{}]", it.join(","))),
            prop::collection::vec(("[a-zA-Z_]{0,9}", inner), 0..6).prop_map(|it| {
                let members: Vec<String> = it.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

/// A good body with a few bytes changed, cut or put in, or with one field of any value at all.
#[derive(Clone, Debug)]
enum Mutation {
    Bytes(Vec<(prop::sample::Index, Option<u8>)>),
    Cut(prop::sample::Index),
    Field(prop::sample::Index, String),
    Whole(Vec<u8>),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let edit = (any::<prop::sample::Index>(), any::<Option<u8>>());
    prop_oneof![
        prop::collection::vec(edit, 1..4).prop_map(Mutation::Bytes),
        any::<prop::sample::Index>().prop_map(Mutation::Cut),
        (any::<prop::sample::Index>(), any_json()).prop_map(|(at, json)| Mutation::Field(at, json)),
        any_json().prop_map(|it| Mutation::Whole(it.into_bytes())),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Mutation::Whole),
    ]
}

impl Mutation {
    fn apply(&self, body: &Map<String, Value>, fields: &[String]) -> Vec<u8> {
        let mut bytes = Value::Object(body.clone()).to_string().into_bytes();
        match self {
            Self::Bytes(edits) => {
                for (at, byte) in edits {
                    let at = at.index(bytes.len());
                    match byte {
                        Some(byte) => bytes[at] = *byte,
                        None => drop(bytes.remove(at)),
                    }
                }
                bytes
            }
            Self::Cut(at) => bytes[..at.index(bytes.len())].to_vec(),
            Self::Field(at, json) => {
                let field = &fields[at.index(fields.len())];
                let mut others = body.clone();
                others.remove(field);
                let others = Value::Object(others).to_string();
                let comma = if others == "{}" { "" } else { "," };
                format!("{{\"{field}\":{json}{comma}{}", &others[1..]).into_bytes()
            }
            Self::Whole(bytes) => bytes.clone(),
        }
    }
}

#[test]
fn s49_no_body_makes_a_fault_and_no_refused_one_writes() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::new());
    let rows: Vec<(Row, Map<String, Value>, Vec<String>)> = with_bodies()
        .map(|row| {
            let body = good_body(&world, &row);
            let fields = runtime.block_on(fields(&world, &row));
            (row, body, fields)
        })
        .collect();
    let mut runner = TestRunner::new(Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    });
    let cases = (0..rows.len(), mutation());
    let tested = runner.run(&cases, |(row, mutation)| {
        let (row, body, fields) = &rows[row];
        runtime.block_on(async {
            let bytes = mutation.apply(body, fields);
            world.hallpass.dynamodb.reset();
            let reply = ask(good(&world, row, bytes)).await;
            if reply.status.is_client_error() {
                assert!(
                    writes(&world) == 0 || reply.status == 409,
                    "{}: {reply:?}",
                    row.name()
                );
            }
        });
        Ok(())
    });
    tested.unwrap();
}

fn writes(world: &World) -> usize {
    ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"]
        .iter()
        .map(|operation| world.hallpass.dynamodb.count(operation))
        .sum()
}
