"""PyJWT takes the good token and refuses the others, each for its own reason."""

import json
import sys

import jwt

REFUSED = {
    "expired": jwt.ExpiredSignatureError,
    "bound_to_origins": jwt.InvalidAudienceError,
    "foreign_audience": jwt.InvalidSignatureError,
    "tampered_claims": jwt.InvalidSignatureError,
    "tampered_signature": jwt.InvalidSignatureError,
    "unknown_kid": jwt.PyJWKClientError,
    "no_algorithm": jwt.InvalidAlgorithmError,
    "unsigned": jwt.InvalidSignatureError,
}


def main():
    given = json.load(sys.stdin)
    keys = jwt.PyJWKClient(f"{given['issuer']}/.well-known/jwks.json")
    failures = 0
    for name, token in given["cases"].items():
        expected = REFUSED.get(name)
        try:
            key = keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(token, key, algorithms=[given["algorithm"]], audience=given["audience"],
                                issuer=given["issuer"], options={"require": ["exp", "iat", "iss", "sub", "aud", "jti"]})
            as_expected = expected is None and claims["scope"] == "asset:read"
            outcome = "taken"
        except jwt.PyJWTError as error:
            as_expected = expected is not None and isinstance(error, expected)
            outcome = f"refused: {type(error).__name__}: {error}"
        if not as_expected:
            print(f"  FAILED PyJWT {name}: {outcome}")
            failures += 1
    assert set(given["cases"]) == {"good", *REFUSED}
    print(f"  PyJWT: {len(given['cases']) - failures} as expected, {failures} not")
    return 1 if failures else 0


sys.exit(main())
