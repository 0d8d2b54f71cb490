// openid-client reads the discovery; jose and aws-jwt-verify take the good token and refuse the others, each for its own
// reason.

import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

// They are installed in a folder of their own, where Node does not look for what a script of ours imports.
const installed = createRequire(pathToFileURL(`${process.env.HALLPASS_CLIENTS}/`));
const { createRemoteJWKSet, jwtVerify } = installed("jose");
const { JwtVerifier } = installed("aws-jwt-verify");
const { SimpleJwksCache } = installed("aws-jwt-verify/jwk");
const { allowInsecureRequests, discovery } = installed("openid-client");

const { issuer, audience, algorithm, cases } = JSON.parse(await text(process.stdin));
const counts = { asExpected: 0, failed: 0 };

function check(name, isExpected, outcome) {
  counts[isExpected ? "asExpected" : "failed"] += 1;
  if (!isExpected) console.log(`  FAILED ${name}: ${outcome}`);
}

/// Where the keys are, as OpenID Connect's and as OAuth's discovery (RFC 8414) say. Plain http is for this machine only.
async function discover(kind) {
  try {
    const found = await discovery(new URL(issuer), "a-client", undefined, undefined, {
      algorithm: kind,
      execute: [allowInsecureRequests],
    });
    const server = found.serverMetadata();
    const keys = await (await fetch(server.jwks_uri)).json();
    const { kid } = JSON.parse(Buffer.from(cases.good.split(".")[0], "base64url"));
    const key = keys.keys.find((known) => known.kid === kid);
    const isExpected = server.issuer === issuer && key?.alg === algorithm && key.use === "sig";
    check(`openid-client ${kind}`, isExpected, `${server.jwks_uri}, ${keys.keys.length} keys`);
    return server.jwks_uri;
  } catch (error) {
    check(`openid-client ${kind}`, false, `${reasonOf(error)}: ${error.message} ${error.cause ?? ""}`);
    return undefined;
  }
}

/// jose names a code and the claim at fault, aws-jwt-verify has a class for each reason.
function reasonOf(error) {
  return [error.code ?? error.constructor.name, error.claim].filter(Boolean).join(" ");
}

async function tryAll(client, verify, reasons) {
  for (const [name, token] of Object.entries(cases)) {
    const expected = reasons[name];
    try {
      const claims = await verify(token);
      check(`${client} ${name}`, name === "good" && claims.scope === "asset:read", "taken");
    } catch (error) {
      const reason = reasonOf(error);
      check(`${client} ${name}`, name !== "good" && reason === expected, `refused: ${reason}: ${error.message}`);
    }
  }
}

const jwksUri = (await discover("oidc")) ?? `${issuer}/.well-known/jwks.json`;
await discover("oauth2");

const jwks = createRemoteJWKSet(new URL(jwksUri));
const verifyWithJose = async (token) =>
  (await jwtVerify(token, jwks, { issuer, audience, algorithms: [algorithm], typ: "at+jwt" })).payload;
await tryAll("jose", verifyWithJose, {
  expired: "ERR_JWT_EXPIRED exp",
  bound_to_origins: "ERR_JWT_CLAIM_VALIDATION_FAILED aud",
  foreign_audience: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  tampered_claims: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  tampered_signature: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  unknown_kid: "ERR_JWKS_NO_MATCHING_KEY",
  no_algorithm: "ERR_JOSE_ALG_NOT_ALLOWED",
  unsigned: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
});

// Its own fetcher takes https only.
const fetcher = { fetch: async (uri) => (await fetch(uri)).arrayBuffer() };
const verifier = JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache: new SimpleJwksCache({ fetcher }) });
await tryAll("aws-jwt-verify", (token) => verifier.verify(token), {
  expired: "JwtExpiredError",
  bound_to_origins: "JwtInvalidAudienceError",
  foreign_audience: "JwtInvalidSignatureError",
  tampered_claims: "JwtInvalidSignatureError",
  tampered_signature: "JwtInvalidSignatureError",
  unknown_kid: "KidNotFoundInJwksError",
  no_algorithm: "JwtInvalidSignatureAlgorithmError",
  unsigned: "JwtParseError",
});

console.log(`  openid-client, jose, aws-jwt-verify: ${counts.asExpected} as expected, ${counts.failed} not`);
process.exitCode = counts.failed > 0 ? 1 : 0;
