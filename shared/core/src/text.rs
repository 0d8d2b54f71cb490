//! Texts that people choose: in one normal form, without what cannot be seen, and compared as people
//! compare them.

pub(crate) mod fold;
pub(crate) mod joiner;
pub(crate) mod visible;
