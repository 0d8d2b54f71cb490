//! Rotation while clients go on: no request fails, whatever an instance remembers.

use crate::keys::*;
use axum::Router;
use hallpass_core::UnixSeconds;
use hallpass_keys::{KeySort, SigningMode};
use hallpass_tests::{jwt_header, wrapping_key};
use http::Method;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// What the clients share.
struct World {
    platform: hallpass_runtime::Platform,
    /// Three instances, which have read the keys at different moments.
    instances: Vec<Router>,
    parent: String,
    root: String,
    done: AtomicBool,
}

impl World {
    fn now(&self) -> UnixSeconds {
        self.platform.now().seconds()
    }

    async fn derive(&self, instance: usize) -> String {
        let router = self.instances[instance % 3].clone();
        let body = json!({"scopes": ["floor:readPrivate"], "durationSeconds": DAY});
        let call = Call::new(router, Method::POST, "/v1/tokens/temporary");
        let reply = call.json(body).bearer(&self.parent).await;
        assert_eq!(reply.status, 200, "derive: {}", reply.body);
        let token = reply.body["authorization"].as_str().unwrap();
        token.strip_prefix("Bearer ").unwrap().to_owned()
    }

    async fn validate(&self, instance: usize, token: &str) {
        let router = self.instances[instance % 3].clone();
        let call = Call::new(router, Method::POST, "/v1/tokens/validate");
        let reply = call.json(json!({"token": token})).bearer(&self.root).await;
        assert_eq!(reply.status, 200, "validate: {}", reply.body);
        assert_eq!(
            reply.body["code"],
            "active",
            "{}: {}",
            jwt_header(token),
            reply.body
        );
    }
}

/// Derives and validates without pause; the algorithms it has seen.
async fn client(world: Arc<World>, number: usize, rounds: watch::Sender<u64>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut kept: VecDeque<(String, UnixSeconds)> = VecDeque::new();
    let mut round = number;
    while !world.done.load(Ordering::SeqCst) {
        let derived_at = world.now();
        let token = world.derive(round).await;
        seen.insert(jwt_header(&token)["alg"].as_str().unwrap().to_owned());
        for instance in 0..3 {
            world.validate(instance, &token).await;
        }
        // One that was derived hours ago, and lives. The clock may move on by some hours meanwhile.
        while let Some((old, at)) = kept.front() {
            if world.now() < at.plus(DAY - 8 * HOUR) {
                world.validate(round, old).await;
                break;
            }
            kept.pop_front();
        }
        if round.is_multiple_of(5) {
            kept.push_back((token, derived_at));
        }
        round += 1;
        rounds.send_modify(|rounds| *rounds += 1);
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s47_no_request_fails_through_rotations_to_another_algorithm_and_mode() {
    let mut hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let mut instances = Vec::new();
    for age in [130, 47, 0] {
        hallpass.another_instance();
        let token = derive(&hallpass, &parent).await;
        assert_eq!(hallpass.code(&token).await, "active");
        instances.push(hallpass.router.clone());
        advance(&hallpass, age);
    }
    let world = Arc::new(World {
        platform: hallpass.platform.clone(),
        instances,
        parent,
        root: hallpass.root.clone(),
        done: AtomicBool::new(false),
    });
    let mut clients = Vec::new();
    let mut rounds = Vec::new();
    for number in 0..4 {
        let (sender, receiver) = watch::channel(0);
        clients.push(tokio::spawn(client(Arc::clone(&world), number, sender)));
        rounds.push(receiver);
    }
    let wrapped = SigningMode::Wrapped(wrapping_key(&hallpass.kms_client).await);
    let settings = |sort, mode: &SigningMode| KeySettings {
        sort,
        mode: mode.clone(),
        rotation_days: 2,
        ..KeySettings::default()
    };
    let direct = SigningMode::Direct;
    let mut switches = 0;
    'all: for settings in [
        settings(KeySort::P256, &direct),
        settings(KeySort::Rsa2048, &direct),
        settings(KeySort::Ed25519, &wrapped),
        settings(KeySort::P256, &wrapped),
    ] {
        set(&mut hallpass, settings);
        let until = switches + 1;
        while switches < until {
            let reply = run(&hallpass).await;
            switches += usize::from(deeds(&reply).contains(&"switched".to_owned()));
            // Small steps after a switch, as memories run out one after the other.
            let steps: &[u64] = if deeds(&reply).contains(&"switched".to_owned()) {
                &[0, 11, 48, 2, 240]
            } else {
                &[6 * HOUR]
            };
            for step in steps {
                advance(&hallpass, *step);
                for rounds in &mut rounds {
                    // A round that began after this step, and ended.
                    let before = *rounds.borrow_and_update();
                    if rounds.wait_for(|now| *now >= before + 2).await.is_err() {
                        break 'all;
                    }
                }
            }
        }
    }
    world.done.store(true, Ordering::SeqCst);
    let mut seen = BTreeSet::new();
    for client in clients {
        seen.extend(client.await.unwrap());
    }
    assert_eq!(switches, 4);
    assert_eq!(seen, ["ES256", "EdDSA", "RS256"].map(str::to_owned).into());
}
