// Each client library is there and loads.
import { generateText } from 'ai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI } from '@langchain/openai';
import { HumanMessage } from '@langchain/core/messages';
import { Centrifuge } from 'centrifuge';
import OpenAI from 'openai';
import WebSocket from 'ws';

for (const [name, it] of Object.entries({
  generateText, createOpenAICompatible, ChatOpenAI, HumanMessage, Centrifuge, OpenAI, WebSocket,
})) {
  if (typeof it !== 'function') throw new Error(`${name} is ${typeof it}`);
  console.log(`has ${name}`);
}

process.stdin.once('data', (line) => {
  console.log(`heard ${String(line).trim()} from ${process.env.WHO}`);
  process.exit(process.env.WHO === 'nobody' ? 3 : 0);
});
console.log('listening');
