//! Every end-to-end test, in one binary: a module a subject, which is its name in a filter as well
//! (`cargo test -p hallpass-tests revoke`).

mod activity;
mod authorizer;
mod bootstrap;
mod clock;
mod codes;
mod demo;
mod directory;
mod docs;
mod documents;
mod exchange;
mod faults;
mod folders;
mod hardening;
mod issuers;
mod jwks;
mod jwt;
mod keys;
mod list;
mod maintain;
mod manifests;
mod mint;
mod principals;
mod proxy;
mod reads;
mod revoke;
mod rotate;
mod routes;
mod seeds;
mod shares;
mod temporary;
mod update;
mod validate;
mod versions;
