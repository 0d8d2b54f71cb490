//! Empty: the bench `ratios` is the target of this crate.
