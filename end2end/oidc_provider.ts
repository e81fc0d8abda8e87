import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import Provider, { type Configuration as ProviderConfiguration } from "oidc-provider";

import type { Configuration } from "./server.ts";

const clientId = "liantai";
const clientSecret = "hush-0123456789-0123456789";
const scope = "openid email profile";

/**
 * A real OpenID provider on a free port. Whoever types an address into its form is the person of that address there, and
 * the provider vouches for it.
 */
export class OidcProvider {
  private constructor(
    private readonly http: HttpServer,
    /** `http://127.0.0.1:PORT`. */
    readonly issuer: string,
  ) {}

  /** Starts one that knows Liantai by the name that `configuration` gives it. */
  static async start(): Promise<OidcProvider> {
    let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
    const http = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

    const provider = new Provider(issuer, description());
    // The server under test takes a free port, which nobody knows yet.
    provider.Client.prototype.redirectUriAllowed = (uri: string) =>
      /^http:\/\/127\.0\.0\.1:\d+\/sso\/[\w-]+\/callback$/.test(uri);
    const rest = provider.callback();
    answer = (request, response) => {
      if (request.url?.startsWith("/interaction/")) {
        interact(provider, request, response).catch((problem: unknown) => {
          response.writeHead(500).end(String(problem));
        });
      } else {
        void rest(request, response);
      }
    };
    return new OidcProvider(http, issuer);
  }

  /** What a server must be configured with to offer it, under that name in addresses and that name on the button. */
  configuration(id: string, label: string): Configuration {
    const key = (name: string) => `LIANTAI__SSO__${id.toUpperCase()}__${name}`;
    return {
      [key("LABEL")]: label,
      [key("ISSUER")]: this.issuer,
      [key("CLIENT_ID")]: clientId,
      [key("CLIENT_SECRET")]: clientSecret,
    };
  }

  /** Ends it, with all its connections. */
  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.http.close(() => resolve()));
    this.http.closeAllConnections();
    await ended;
  }
}

function description(): ProviderConfiguration {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: ["http://127.0.0.1/sso/corp/callback"],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "test" }] },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, email) => ({
      accountId: email,
      claims: async () => ({
        sub: email,
        email,
        email_verified: true,
        name: "林黛玉",
      }),
    }),
    // Nobody is asked for their consent.
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc;
      if (!client || !session?.accountId) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(scope);
      await grant.save();
      return grant;
    },
  };
}

/** One form: who are you? */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "POST") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(
      `<!doctype html><title>Provider</title><link rel="icon" href="data:,"><h1>Provider</h1>
       <form method="post"><label>Address <input name="login" type="email" required></label><button>Go on</button></form>`,
    );
    return;
  }
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  const accountId = new URLSearchParams(body).get("login") ?? "";
  await provider.interactionFinished(request, response, { login: { accountId } }, { mergeWithLastSubmission: false });
}
