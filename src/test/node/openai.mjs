// What the official OpenAI client, the AI SDK and LangChain make of us. CASE names one of the cases.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { generateText, stepCountIs, streamText, tool, embed } from 'ai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { z } from 'zod';

const { BASE, KEY, CASE, EMBEDDING } = process.env;
const baseURL = `${BASE}/v1`;
const openai = new OpenAI({ baseURL, apiKey: KEY, maxRetries: 0 });
const say = (content) => [{ role: 'user', content }];

async function get(path) {
  const response = await fetch(baseURL + path, { headers: { authorization: `Bearer ${KEY}` } });
  assert.equal(response.status, 200, path);
  return response.json();
}

const messagesOf = async (conversation) => (await get(`/conversations/${conversation}/messages`)).data;

/** The whole answer and the response's headers. */
async function ask(client, body, options) {
  const { data, response } = await client.chat.completions.create({ model: 'mordomo', ...body }, options).withResponse();
  return { data, conversation: response.headers.get('x-conversation-id'), turn: response.headers.get('x-turn-id') };
}

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

const cases = {
  async whole() {
    const { data, conversation } = await ask(openai, { messages: say('hello') });
    assert.equal(data.object, 'chat.completion');
    assert.equal(data.model, 'mordomo');
    assert.equal(data.choices[0].message.content, 'Hello, world');
    assert.equal(data.choices[0].finish_reason, 'stop');
    assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);
    assert.ok(data.usage.completion_tokens > 0);
    const stored = await messagesOf(conversation);
    assert.deepEqual(stored.map((one) => one.role), ['user', 'assistant']);

    // A known conversation has its own history; what the client sends again is not new.
    const resent = [...say('hello'), { role: 'assistant', content: 'Hello, world' }, ...say('what did I say?')];
    const second = await ask(openai, { messages: resent, metadata: { conversation_id: conversation } });
    assert.equal(second.conversation, conversation);
    assert.equal(second.data.choices[0].message.content, 'user:hello assistant:Hello, world');
    assert.equal((await messagesOf(conversation)).length, 4);
    // A new one has that of the client.
    const fresh = await ask(openai, { messages: [...say('good day'), ...resent.slice(1)] });
    assert.notEqual(fresh.conversation, conversation);
    assert.equal(fresh.data.choices[0].message.content, 'user:good day assistant:Hello, world');
    assert.equal((await messagesOf(fresh.conversation)).length, 2);
  },

  async stream() {
    const { data: stream, response } = await openai.chat.completions
      .create({ model: 'mordomo', stream: true, stream_options: { include_usage: true }, messages: say('hello') })
      .withResponse();
    assert.ok(response.headers.get('content-type').startsWith('text/event-stream'));
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    for (const chunk of chunks) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      assert.equal(chunk.id, chunks[0].id);
      assert.equal(chunk.created, chunks[0].created);
      assert.equal(chunk.model, 'mordomo');
      chunk.choices.forEach((choice) => assert.equal(choice.index, 0));
    }
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), 'Hello, world');
    const end = chunks.at(-2);
    assert.deepEqual(end.choices[0].delta, {});
    assert.equal(end.choices[0].finish_reason, 'stop');
    assert.equal(end.usage, null);
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.ok(chunks.at(-1).usage.total_tokens > 0);
    assert.ok(chunks.slice(0, -2).every((chunk) => chunk.choices[0].finish_reason === null));

    const plain = await openai.chat.completions.create({ model: 'mordomo', stream: true, messages: say('hello') });
    const seen = [];
    for await (const chunk of plain) seen.push(chunk);
    assert.equal(seen.at(-1).choices[0].finish_reason, 'stop');
    assert.ok(seen.every((chunk) => !('usage' in chunk)));
    const raw = await fetch(`${baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ model: 'mordomo', stream: true, messages: say('hello') }),
    });
    assert.ok((await raw.text()).endsWith('data: [DONE]\n\n'));
  },

  async plain() {
    // A model by its name gets what the client sends, and nothing of the house.
    const system = { role: 'system', content: 'Speak like a pirate' };
    const about = await ask(openai, { model: 'openai/test', messages: [system, ...say('system?')], temperature: 0.1, max_tokens: 9 });
    assert.equal(about.data.choices[0].message.content, 'Speak like a pirate');
    assert.equal(about.data.model, 'openai/test');
    const tools = await ask(openai, { model: 'openai/test', messages: say('tools?'), tools: [weather] });
    assert.equal(tools.data.choices[0].message.content, 'get_weather');
    const none = await ask(openai, { model: 'openai/test', messages: say('tools?') });
    assert.equal(none.data.choices[0].message.content, 'none');
    const whole = await ask(openai, { messages: [system, ...say('system?')] });
    assert.ok(whole.data.choices[0].message.content.startsWith('You are Mordomo'));
    assert.ok(whole.data.choices[0].message.content.includes('Speak like a pirate'));
    const both = (await ask(openai, { messages: say('tools?'), tools: [weather] })).data.choices[0].message.content;
    assert.ok(both.includes('get_weather') && both.includes('create_reminder'), both);
  },

  async tools() {
    for (const model of ['mordomo', 'openai/test']) {
      const messages = say('weather');
      const first = await ask(openai, { model, messages, tools: [weather] });
      const { message, finish_reason: finish } = first.data.choices[0];
      assert.equal(finish, 'tool_calls');
      assert.equal(message.tool_calls.length, 1);
      assert.equal(message.tool_calls[0].type, 'function');
      assert.equal(message.tool_calls[0].function.name, 'get_weather');
      assert.deepEqual(JSON.parse(message.tool_calls[0].function.arguments), { city: 'Porto' });
      messages.push(message, { role: 'tool', tool_call_id: message.tool_calls[0].id, content: '20 degrees' });
      const second = await ask(openai, { model, messages, tools: [weather] });
      assert.equal(second.data.choices[0].message.content, 'It is 20 degrees');
      // The same turn's words: the conversation goes on by the call's id alone, nothing is said twice.
      assert.equal(second.conversation, first.conversation);
      const roles = (await messagesOf(first.conversation)).map((one) => one.role);
      assert.deepEqual(roles, ['user', 'assistant', 'assistant']);
    }

    const stream = await openai.chat.completions.create({ model: 'mordomo', stream: true, messages: say('weather'), tools: [weather] });
    const deltas = [];
    let finish;
    for await (const chunk of stream) {
      deltas.push(...(chunk.choices[0]?.delta.tool_calls ?? []));
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    assert.equal(finish, 'tool_calls');
    assert.equal(deltas[0].index, 0);
    assert.equal(deltas[0].type, 'function');
    assert.ok(deltas[0].id);
    assert.deepEqual(deltas[0].function, { name: 'get_weather', arguments: '' });
    assert.ok(deltas.slice(1).every((delta) => delta.index === 0 && !delta.id && !delta.function.name));
    assert.deepEqual(JSON.parse(deltas.map((delta) => delta.function.arguments).join('')), { city: 'Porto' });

    const runner = openai.chat.completions.runTools({
      model: 'mordomo',
      messages: say('weather'),
      tools: [{ type: 'function', function: { ...weather.function, parse: JSON.parse, function: ({ city }) => `${city} has 21 degrees` } }],
    });
    assert.equal(await runner.finalContent(), 'It is Porto has 21 degrees');

    // Those of the house are carried out, and the client hears of the answer alone.
    const own = await ask(openai, { messages: say('remind me'), tools: [weather] });
    assert.equal(own.data.choices[0].finish_reason, 'stop');
    assert.equal(own.data.choices[0].message.content, 'Reminder set: success');
    assert.ok((await get('/reminders')).data.some((reminder) => reminder.title === 'cake'));
    const must = await ask(openai, { model: 'openai/test', messages: say('choice?'), tools: [weather], tool_choice: 'required' });
    assert.equal(must.data.choices[0].message.content, 'required');
    const never = await ask(openai, { model: 'openai/test', messages: say('tools?'), tools: [weather], tool_choice: 'none' });
    assert.equal(never.data.choices[0].message.content, 'none');
  },

  async embeddings() {
    const input = ['a cat', 'a dog'];
    const packed = await openai.embeddings.create({ model: EMBEDDING, input });
    const plain = await openai.embeddings.create({ model: 'mordomo', input, encoding_format: 'float' });
    assert.equal(packed.data.length, 2);
    assert.equal(packed.data[1].index, 1);
    assert.deepEqual(packed.data.map((one) => one.embedding.length), plain.data.map((one) => one.embedding.length));
    packed.data[0].embedding.forEach((value, i) => assert.ok(Math.abs(value - plain.data[0].embedding[i]) < 1e-6));
    assert.ok(packed.usage.total_tokens > 0);
    const raw = await openai.embeddings.create({ model: EMBEDDING, input: 'a cat', encoding_format: 'base64' });
    const bytes = Buffer.from(raw.data[0].embedding, 'base64');
    assert.ok(Math.abs(bytes.readFloatLE(4) - plain.data[0].embedding[1]) < 1e-6);
    await assert.rejects(openai.embeddings.create({ model: EMBEDDING, input: [] }), (e) => e instanceof OpenAI.BadRequestError && e.param === 'input');
    await assert.rejects(openai.embeddings.create({ model: EMBEDDING, input: [[1, 2]] }), (e) => e.param === 'input' && /token/.test(e.message));
    await assert.rejects(openai.embeddings.create({ model: 'text-embedding-3-small', input: 'x' }), (e) => e instanceof OpenAI.NotFoundError && e.code === 'model_not_found');
    const langchain = new OpenAIEmbeddings({ model: EMBEDDING, apiKey: KEY, configuration: { baseURL } });
    assert.equal((await langchain.embedQuery('a cat')).length, plain.data[0].embedding.length);
  },

  async models() {
    const ids = [];
    for await (const model of openai.models.list()) ids.push(`${model.type} ${model.id}`);
    assert.ok(ids.includes('chat mordomo') && ids.includes('chat openai/test') && ids.includes(`embedding ${EMBEDDING}`), ids.join());
    assert.equal((await openai.models.retrieve('mordomo')).id, 'mordomo');
    assert.equal((await openai.models.retrieve(EMBEDDING)).type, 'embedding');
    await assert.rejects(openai.models.retrieve('gpt-99'), OpenAI.NotFoundError);
    // Older clients put the name into the address as it is.
    const headers = { Authorization: `Bearer ${KEY}` };
    assert.equal((await (await fetch(`${baseURL}/models/${EMBEDDING}`, { headers })).json()).id, EMBEDDING);
    const unknown = await fetch(`${baseURL}/models/openai/gpt-99`, { headers });
    assert.equal(unknown.status, 404);
    assert.ok((await unknown.json()).error.message);
  },

  async errors() {
    const create = (body, options) => openai.chat.completions.create({ model: 'mordomo', messages: say('hello'), ...body }, options);
    const fails = async (promise, kind, code, param) => {
      const error = await promise.then(() => assert.fail('it was answered'), (e) => e);
      assert.ok(error instanceof kind, `${error}`);
      assert.equal(error.code, code);
      if (param !== undefined) assert.equal(error.param, param);
      assert.ok(error.type && error.requestID, JSON.stringify(error));
    };
    await fails(create({ messages: [] }), OpenAI.BadRequestError, 'invalid', 'messages');
    await fails(create({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }] }), OpenAI.BadRequestError, 'invalid', 'messages[0].content[0]');
    await fails(create({ n: 2 }), OpenAI.BadRequestError, 'invalid', 'n');
    await fails(create({ response_format: { type: 'xml' } }), OpenAI.BadRequestError, 'invalid', 'response_format.type');
    await fails(create({ stop: ['a', 'b', 'c', 'd', 'e'] }), OpenAI.BadRequestError, 'invalid', 'stop');
    await fails(create({ messages: say(' ') }), OpenAI.BadRequestError, 'invalid');
    await fails(create({ temperature: 9, stream: true }), OpenAI.BadRequestError, 'invalid', 'temperature');
    const stranger = new OpenAI({ baseURL, apiKey: 'nonsense', maxRetries: 0 });
    await fails(stranger.chat.completions.create({ model: 'mordomo', messages: say('hello') }), OpenAI.AuthenticationError, 'unauthenticated');
    await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
    await assert.rejects(openai.get('/users'), OpenAI.PermissionDeniedError);
    await fails(create({ model: 'gpt-4o' }), OpenAI.NotFoundError, 'model_not_found', 'model');
    await fails(create({ model: 'nobody/x' }), OpenAI.NotFoundError, 'model_not_found', 'model');
    await fails(create({}, { headers: { 'X-Conversation-Id': '01900000-0000-7000-8000-000000000000' } }), OpenAI.NotFoundError, 'not_found');
    await create({}, { headers: { 'Idempotency-Key': 'one' } });
    await fails(create({ messages: say('other') }, { headers: { 'Idempotency-Key': 'one' } }), OpenAI.UnprocessableEntityError, 'idempotency_mismatch');
    // The upstream refuses before the first word: a status, also for a stream.
    await fails(create({ messages: say('refuse') }), OpenAI.InternalServerError, 'model_error');
    await fails(create({ messages: say('refuse'), stream: true }), OpenAI.InternalServerError, 'model_error');
    // It breaks in the middle: an error, never a clean end.
    const broken = await create({ messages: say('break'), stream: true });
    let text = '';
    const error = await (async () => {
      for await (const chunk of broken) text += chunk.choices[0]?.delta.content ?? '';
    })().then(() => assert.fail('a clean end'), (e) => e);
    assert.equal(text, 'half ');
    assert.ok(error instanceof OpenAI.APIError && error.code === 'model_error', `${error}`);

    // To the letter: the last that comes is the error, with no finish before it and no [DONE] behind.
    const letter = await fetch(`${baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mordomo', stream: true, stream_options: { include_usage: true }, messages: say('break') }),
    });
    assert.equal(letter.status, 200);
    const lines = (await letter.text()).split('\n\n').filter((line) => line.startsWith('data: '));
    assert.ok(!lines.includes('data: [DONE]'), lines.join());
    const told = lines.map((line) => JSON.parse(line.slice('data: '.length)));
    const { error: last } = told.pop();
    assert.ok(last.message && last.type && last.code === 'model_error' && 'param' in last, JSON.stringify(last));
    assert.deepEqual(told.map((chunk) => chunk.choices[0].finish_reason), told.map(() => null));
    assert.ok(told.length >= 2 && told[0].choices[0].delta.role === 'assistant', lines.join());

    // A conversation whose only place is taken; and its turn is stopped by another device.
    const running = await openai.chat.completions.create({ model: 'mordomo', stream: true, messages: say('wait') }).withResponse();
    const iterator = running.data[Symbol.asyncIterator]();
    await iterator.next();
    const conversation = running.response.headers.get('x-conversation-id');
    await fails(create({}, { headers: { 'X-Conversation-Id': conversation } }), OpenAI.RateLimitError, 'queue_full');
    const refused = await fetch(`${baseURL}/conversations/${conversation}/turns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'hello', client_message_id: 'one too many' }),
    });
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    assert.equal((await refused.json()).code, 'queue_full');
    const turn = running.response.headers.get('x-turn-id');
    await assert.rejects(openai.post(`/turns/${turn}/regenerate`), OpenAI.ConflictError);
    await openai.post(`/turns/${turn}/cancel`);
    await assert.rejects((async () => { for (;;) if ((await iterator.next()).done) return; })(), (e) => e.code === 'conflict');
  },

  async abort() {
    const stream = await openai.chat.completions.create({ model: 'mordomo', stream: true, messages: say('wait') });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) break; // leaving the loop aborts the request
    }
    console.log('aborted');
    const controller = new AbortController();
    const waiting = openai.chat.completions.create({ model: 'mordomo', messages: say('wait') }, { signal: controller.signal });
    process.stdin.once('data', () => controller.abort());
    await assert.rejects(waiting, OpenAI.APIUserAbortError);
    console.log('aborted');
    process.stdin.destroy();
  },

  async retries() {
    // The response of the first attempt is lost on its way.
    const attempts = [];
    const lossy = new OpenAI({
      baseURL,
      apiKey: KEY,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        attempts.push(response.headers.get('x-turn-id'));
        if (attempts.length > 1) return response;
        await response.text();
        throw new TypeError('the connection was reset');
      },
    });
    const first = await ask(lossy, { messages: say('hello') });
    assert.equal(attempts.length, 2);
    assert.equal(attempts[0], attempts[1]);
    assert.equal(first.data.choices[0].message.content, 'Hello, world');
    assert.equal((await messagesOf(first.conversation)).length, 2);

    // The same words said twice are two turns.
    const twice = await ask(openai, { messages: say('hello') });
    assert.notEqual(twice.turn, first.turn);

    // A key is the same turn, streamed or not... of the same body.
    const keyed = { headers: { 'Idempotency-Key': 'a-key' } };
    const one = await ask(openai, { messages: say('hello') }, keyed);
    const two = await ask(openai, { messages: say('hello') }, keyed);
    assert.equal(one.turn, two.turn);
    assert.deepEqual(one.data, two.data);
    const streamed = { model: 'mordomo', stream: true, messages: say('hello') };
    const tell = async () => {
      const { data, response } = await openai.chat.completions
        .create(streamed, { headers: { 'Idempotency-Key': 'another-key' } })
        .withResponse();
      let text = '';
      for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
      return { text, turn: response.headers.get('x-turn-id') };
    };
    const said = await tell();
    assert.equal(said.text, 'Hello, world');
    assert.notEqual(said.turn, one.turn);
    assert.deepEqual(await tell(), said);

    // The upstream was down at the first attempt: the same words are answered, said once.
    const patient = new OpenAI({ baseURL, apiKey: KEY, maxRetries: 2 });
    const recovered = await ask(patient, { messages: say('down once') });
    assert.equal(recovered.data.choices[0].message.content, 'up again');
    const stored = await messagesOf(recovered.conversation);
    assert.deepEqual(stored.map((message) => message.role), ['user', 'assistant']);

    // The client loses patience and asks again: it goes on with the same words.
    const hasty = new OpenAI({
      baseURL,
      apiKey: KEY,
      timeout: 1500,
      maxRetries: 2,
      fetch: (url, init) => {
        if (new Headers(init.headers).get('x-stainless-retry-count') === '1') console.log('second attempt');
        return fetch(url, init);
      },
    });
    const late = await ask(hasty, { messages: say('slow once') });
    assert.equal(late.data.choices[0].message.content, 'at last');
    assert.deepEqual((await messagesOf(late.conversation)).filter((message) => message.role === 'user').length, 1);
  },

  async aisdk() {
    const provider = createOpenAICompatible({ name: 'mordomo', baseURL, apiKey: KEY, includeUsage: true });
    const model = provider('mordomo');
    const whole = await generateText({ model, prompt: 'hello' });
    assert.equal(whole.text, 'Hello, world');
    assert.equal(whole.finishReason, 'stop');
    const streamed = streamText({ model, prompt: 'hello' });
    let text = '';
    for await (const piece of streamed.textStream) text += piece;
    assert.equal(text, 'Hello, world');
    assert.ok((await streamed.usage).totalTokens > 0);
    const get_weather = tool({
      description: 'The weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => `${city}: sun`,
    });
    for (const run of [generateText, streamText]) {
      const result = run({ model, prompt: 'weather', tools: { get_weather }, stopWhen: stepCountIs(3) });
      const done = run === generateText ? await result : result;
      assert.ok((await done.text).startsWith('It is '), await done.text);
      assert.ok((await done.text).includes('Porto: sun'), await done.text);
    }
    const { embedding } = await embed({ model: provider.textEmbeddingModel(EMBEDDING), value: 'a cat' });
    assert.ok(embedding.length > 100);
    await assert.rejects(generateText({ model: provider('gpt-4o'), prompt: 'hello', maxRetries: 0 }), (e) => e.statusCode === 404);
    // What breaks off is an error there too, after what was said.
    let failure;
    let half = '';
    const broken = streamText({ model, prompt: 'break', maxRetries: 0, onError: ({ error }) => { failure = error; } });
    for await (const part of broken.fullStream) if (part.type === 'text-delta') half += part.text;
    assert.equal(half, 'half ');
    assert.ok(failure, 'a clean end');
  },

  async langchain() {
    const chat = new ChatOpenAI({ model: 'mordomo', apiKey: KEY, configuration: { baseURL } });
    assert.equal((await chat.invoke('hello')).content, 'Hello, world');
    let text = '';
    for await (const chunk of await chat.stream('hello')) text += chunk.content;
    assert.equal(text, 'Hello, world');
    const bound = chat.bindTools([weather]);
    const question = new HumanMessage('weather');
    const answer = await bound.invoke([new SystemMessage('Be brief'), question]);
    assert.ok(answer instanceof AIMessage);
    assert.deepEqual(answer.tool_calls[0].args, { city: 'Porto' });
    const result = new ToolMessage({ tool_call_id: answer.tool_calls[0].id, content: '19 degrees' });
    assert.equal((await bound.invoke([question, answer, result])).content, 'It is 19 degrees');
    // The same in pieces, which it puts together.
    let gathered;
    for await (const chunk of await bound.stream([question])) gathered = gathered ? gathered.concat(chunk) : chunk;
    assert.deepEqual(gathered.tool_calls.map((call) => [call.name, call.args]), [['get_weather', { city: 'Porto' }]]);
    const impatient = new ChatOpenAI({ model: 'mordomo', apiKey: KEY, maxRetries: 0, configuration: { baseURL } });
    let half = '';
    await assert.rejects(async () => {
      for await (const chunk of await impatient.stream('break')) half += chunk.content;
    });
    assert.equal(half, 'half ');
    await assert.rejects(new ChatOpenAI({ model: 'gpt-4o', apiKey: KEY, maxRetries: 0, configuration: { baseURL } }).invoke('hello'), (e) => e.status === 404);
  },
};

await cases[CASE]();
console.log('passed');
