// A real provider of identity on this machine: oidc-provider with its own pages for signing in, where any name and any
// password will do. Prints its address; reads the one address that it leads people back to; prints that it is ready.
//
// node serve.js CLIENT-ID CLIENT-SECRET
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const [clientId, clientSecret] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  // Another host by name than the site's: for a browser the way back begins on another site.
  const issuer = `http://localhost:${server.address().port}`;
  console.log(issuer);
  createInterface({ input: process.stdin }).once("line", (redirectUri) => {
    const provider = new Provider(issuer, configuration(redirectUri));
    server.on("request", provider.callback());
    console.log("ready");
  });
});

function configuration(redirectUri) {
  return {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "of-this-run" }] },
    cookies: { keys: ["of this run alone"] },
    claims: { openid: ["sub"], profile: ["preferred_username", "name"], email: ["email", "email_verified"] },
    scopes: ["openid", "profile", "email"],
    pkce: { required: () => true },
    // Claims come from the UserInfo endpoint, as the specification has it for this flow.
    findAccount: (_, subject) => ({ accountId: subject, claims: () => claims(subject) }),
  };
}

function claims(subject) {
  return {
    sub: subject,
    name: `Name of ${subject}`,
    preferred_username: subject,
    email: `${subject}@example.org`,
    email_verified: !subject.startsWith("unverified"),
  };
}
