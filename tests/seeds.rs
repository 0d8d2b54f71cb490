//! The four platforms' documents, claim by claim: each table says which test proves what.

mod _3dverse;
mod archilogic;
mod bimu;
mod cited;
mod threekit;
