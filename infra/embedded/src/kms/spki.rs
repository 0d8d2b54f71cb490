//! Public keys as RFC 5280 §4.1's `SubjectPublicKeyInfo` in DER, which is how AWS KMS gives them.
//!
//! Three constant headers rather than `p256`, `p384` and `p521`: nothing is computed with the keys here.

/// All that precedes the point in an RFC 5480 `SubjectPublicKeyInfo`: both SEQUENCE headers, the
/// OIDs of `id-ecPublicKey` and the curve, and the BIT STRING's header.
const P256: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
const P384: &[u8] = b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00";
const P521: &[u8] = b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00";

/// The key whole: a bare uncompressed point of a NIST curve gets its header, what is DER already
/// (RSA, secp256k1) stays as it is. `None` for anything else.
pub(super) fn from_bare(key: Vec<u8>) -> Option<Vec<u8>> {
    let header = match (key.first()?, key.len()) {
        (0x04, 65) => P256,
        (0x04, 97) => P384,
        (0x04, 133) => P521,
        // A SEQUENCE; one long enough for RSA has two or more length octets.
        (0x30, _) => return Some(key),
        _ => return None,
    };
    Some([header, &key].concat())
}
