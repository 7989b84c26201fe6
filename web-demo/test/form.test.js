import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldErrors } from '../src/desk/field-errors.js';
import { Problem } from '../src/net/problem.js';

const every = () => true;

test('what people often get wrong is told in their language', () => {
  const errors = [
    { field: 'current_password', detail: 'it is another one' },
    { field: 'name', detail: 'is too long' },
  ];
  const told = fieldErrors(new Problem({ status: 422, code: 'invalid', errors }), every);
  assert.notEqual(told.current_password, 'it is another one');
  assert.equal(told.name, 'is too long');
});

test('an e-mail that is taken is told where there is one', () => {
  const taken = new Problem({ status: 409, code: 'conflict', detail: 'the e-mail is taken' });
  assert.deepEqual(Object.keys(fieldErrors(taken, every)), ['email']);
  assert.deepEqual(fieldErrors(taken, () => false), {});
});
