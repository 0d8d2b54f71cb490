//! Nothing: see the bench `ratios`.
