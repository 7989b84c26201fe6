// A conversation by the official client, over a network that the test cuts: what it hears, line by line.
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';
import { createInterface } from 'node:readline';

const { URL_HTTP, PORT_SOCKET, EMAIL, PASSWORD, CONVERSATION } = process.env;
const say = (...words) => console.log(words.join(' '));

let tokens = 0;
async function getToken() {
  const reply = await fetch(`${URL_HTTP}/v1/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  if (!reply.ok) throw new Error(`sign-in answered ${reply.status}`);
  say('token', ++tokens);
  return (await reply.json()).access_token;
}

const client = new Centrifuge(`ws://127.0.0.1:${PORT_SOCKET}/v1/ws`, {
  websocket: WebSocket, getToken, minReconnectDelay: 50, maxReconnectDelay: 300,
});
client.on('connected', () => say('connected'));
client.on('connecting', (context) => say('connecting', context.code));
client.on('disconnected', (context) => say('disconnected', context.code));

const channel = client.newSubscription(`conversation:${CONVERSATION}`);
channel.on('subscribed', (context) => {
  say('subscribed', `recovered=${context.recovered}`, `was=${context.wasRecovering}`);
});
let text = '';
let last = 0;
channel.on('publication', ({ data, offset }) => {
  if (last && offset !== last + 1) say('gap', last, offset);
  last = offset;
  if (data.type === 'turn.delta') {
    text += data.text;
    say('heard', JSON.stringify(text));
  } else if (data.type === 'turn.completed') {
    say('completed', JSON.stringify({ text, content: data.message.content }));
  } else {
    say('event', data.type);
  }
});
channel.subscribe();
client.connect();

createInterface({ input: process.stdin }).on('line', async (line) => {
  const [command, ...words] = line.split(' ');
  if (command === 'ask') {
    text = '';
    try {
      const { data } = await client.rpc('turn.start', {
        conversation_id: CONVERSATION, content: words.join(' '), collections: [],
        client_message_id: `${Date.now()}-${words.join('-')}`,
      });
      say('started', data.turn_id);
    } catch (error) {
      say('refused', error.code, error.message);
    }
  } else if (command === 'newly') {
    last = 0;
    text = '';
    say('ready');
  } else if (command === 'end') {
    client.disconnect();
    process.exit(0);
  }
});
