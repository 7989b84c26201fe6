// A provider of OpenID Connect, the reference one for Node.js, on a free port: says where, and runs until it is
// ended. Whoever signs in as NAME is NAME@example.org; whose name begins with "un" has an unverified e-mail.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const server = http.createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'mordomo',
      client_secret: 'a secret of the client',
      redirect_uris: [process.env.REDIRECT_URI],
    },
  ],
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
  findAccount: (context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id}@example.org`,
      email_verified: !id.startsWith('un'),
      name: `The real ${id}`,
      picture: `https://pictures.example.org/${id}.png`,
    }),
  }),
  cookies: { keys: ['of a test'] },
  features: { devInteractions: { enabled: true } },
});
provider.on('server_error', (context, error) => console.log('server error', error));
server.on('request', provider.callback());
console.log(`issuer ${issuer}`);
