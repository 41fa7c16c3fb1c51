// Access tokens for a DID: a client assertion in (RFC 7523), a short token for one service out.
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';

const ASSERTION_SECONDS = 50;
// A token is fetched again this long before it ends.
const SPARE_SECONDS = 30;

export class Access {
  #issuer;
  #holder;
  #tokens = new Map();

  constructor(issuer, holder) {
    this.#issuer = issuer;
    this.#holder = holder;
  }

  get did() {
    return this.#holder.did;
  }

  /** A token for {@code audience}, such as `billing-service`, with `scope`, such as `rates:write billing:read`. */
  async token(audience, scope) {
    const key = `${audience} ${scope}`;
    const known = this.#tokens.get(key);
    if (known && known.ends > Date.now() / 1000 + SPARE_SECONDS) return known.text;
    const asked = await this.ask(audience, scope);
    this.#tokens.set(key, { text: asked.access_token, ends: Date.now() / 1000 + asked.expires_in });
    return asked.access_token;
  }

  /** The token endpoint's answer to one request, whatever is known already. */
  async ask(audience, scope) {
    const answer = await fetch(`${this.#issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await this.#assertion(),
        audience,
        scope,
      }),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${this.#holder.did} was given no token for ${audience}: ${JSON.stringify(body)}`);
    return body;
  }

  #assertion() {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT()
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: this.#holder.kid })
      .setIssuer(this.#holder.did)
      .setSubject(this.#holder.did)
      .setAudience(this.#issuer)
      .setIssuedAt(now)
      .setExpirationTime(now + ASSERTION_SECONDS)
      .setJti(randomUUID())
      .sign(this.#holder.privateKey);
  }
}
