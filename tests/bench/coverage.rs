//! Coverage of one scope by sets of 1, 20 and 200, the covering one last: scopes of one resource at
//! many paths, and scopes of as many resources.

use crate::median;
use hallpass_core::{Implications, Scope, ScopeSet};
use serde_json::{Map, Value, json};
use std::hint::black_box;
use std::time::Instant;

const CALLS: u32 = 10_000;
const ROUNDS: usize = 50;

pub fn measure(report: &mut Map<String, Value>) {
    let requested: Scope = "zone:read@folder/42/model/7".parse().unwrap();
    let implications = Implications::default();
    let at_paths: fn(usize) -> String = |number| format!("floor:read@folder/{number}");
    let of_resources: fn(usize) -> String = |number| format!("floor{number}:read");
    for (what, other) in [("paths", at_paths), ("resources", of_resources)] {
        for size in [1, 20, 200] {
            let others = (1..size).map(other);
            let scopes = others.chain(["zone:read@folder/42".to_owned()]);
            let set = ScopeSet::new(scopes.map(|scope| scope.parse().unwrap()).collect()).unwrap();
            let mut figures: Vec<f64> = (0..ROUNDS)
                .map(|_| {
                    let start = Instant::now();
                    for _ in 0..CALLS {
                        assert!(black_box(&set).covers(black_box(&requested), &implications));
                    }
                    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
                })
                .collect();
            let nanoseconds = median(&mut figures);
            let name = format!("coverage by {size} scopes, {what}");
            println!("{:<44} {nanoseconds:>10.1}", format!("{name} [ns]"));
            report.insert(name, json!({"unit": "ns", "a": nanoseconds}));
        }
    }
}
