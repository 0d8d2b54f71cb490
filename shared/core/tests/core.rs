//! The rules as tables: what is given, and what must come of it. One binary, a module a subject.

#![cfg(test)]

mod catalog;
mod claims;
mod decision;
mod issue;
mod levels;
mod narrowed_kind;
mod rights;
mod shipped;
