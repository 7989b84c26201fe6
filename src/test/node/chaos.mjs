// Clients of the official library that talk while nodes and connections break, each in a
// conversation of its own. Says a line of JSON a turn: what the client was told of it.
import readline from 'node:readline';
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

const urls = process.env.URLS.split(',');
const conversations = process.env.CONVERSATIONS.split(',');
let raging = true;
readline.createInterface({ input: process.stdin }).once('line', () => { raging = false; });

const pause = (millis) => new Promise((done) => setTimeout(done, millis));

function client(number, conversation) {
  // The library tries the addresses in turn.
  const from = number % urls.length;
  const transports = [...urls.slice(from), ...urls.slice(0, from)]
    .map((endpoint) => ({ transport: 'websocket', endpoint }));
  const centrifuge = new Centrifuge(transports, {
    token: process.env.TOKEN,
    websocket: WebSocket,
    minReconnectDelay: 50,
    maxReconnectDelay: 1000,
    timeout: 5000,
    maxServerPingDelay: 3000,
  });
  const subscription = centrifuge.newSubscription(`conversation:${conversation}`, {
    // Nothing was said yet: from the beginning on.
    since: { offset: 0, epoch: '' },
    minResubscribeDelay: 50,
    maxResubscribeDelay: 1000,
  });
  const heard = new Map();
  const ends = new Map();
  let offset = 0;
  let reloaded = false;
  subscription.on('publication', ({ data, offset: at }) => {
    if (at !== undefined && at <= offset) return;
    if (at !== offset + 1 && !reloaded) console.log(`wrong c${number}: after offset ${offset} came ${at}`);
    offset = at;
    if (data.type === 'turn.delta') heard.set(data.turn_id, (heard.get(data.turn_id) ?? '') + data.text);
    if (/^turn\.(completed|failed|cancelled)$/.test(data.type)) ends.set(data.turn_id, data.type);
  });
  subscription.on('subscribed', (context) => {
    if (context.wasRecovering && !context.recovered) {
      reloaded = true;
      offset = context.streamPosition?.offset ?? offset;
    }
  });
  subscription.on('unsubscribed', ({ code, reason }) => console.log(`wrong c${number}: unsubscribed ${code} ${reason}`));
  centrifuge.on('disconnected', ({ code, reason }) => {
    if (code !== 0) console.log(`wrong c${number}: disconnected for good ${code} ${reason}`);
  });
  subscription.subscribe();
  centrifuge.connect();
  return { centrifuge, heard, ends, isReloaded: () => reloaded, clear: () => { reloaded = false; } };
}

async function acknowledged(number, { centrifuge }, data) {
  for (const until = Date.now() + 75_000; Date.now() < until;) {
    try {
      return (await centrifuge.rpc('turn.start', data)).data.turn_id;
    } catch (error) {
      // What is not temporary by the server's word must never be answered here; 1 to 99 are the library's own.
      if (error.code >= 100 && !error.temporary) {
        console.log(`wrong c${number}: refused for good: ${error.code} ${error.message}`);
        return null;
      }
      await pause(100);
    }
  }
  console.log(`wrong c${number}: nobody acknowledged ${data.client_message_id}`);
  return null;
}

async function talk(number, conversation) {
  const here = client(number, conversation);
  for (let i = 0; raging; i++) {
    here.clear();
    const id = `c${number}-${i}`;
    const turn = await acknowledged(number, here, {
      conversation_id: conversation, content: id, client_message_id: id, collections: [],
    });
    const until = Date.now() + 75_000;
    while (turn && !here.ends.has(turn) && !here.isReloaded() && Date.now() < until) await pause(20);
    if (turn && !here.ends.has(turn) && !here.isReloaded()) console.log(`wrong c${number}: ${turn} never ended`);
    console.log(`talk ${JSON.stringify({
      conversation, id, words: id, turn, end: here.ends.get(turn) ?? null,
      heard: here.heard.get(turn) ?? '', whole: here.ends.has(turn) && !here.isReloaded(),
    })}`);
  }
  here.centrifuge.disconnect();
}

await Promise.all(conversations.map((conversation, number) => talk(number, conversation)));
console.log('done');
process.exit(0);
