// What users of the `openai` package for Node meet: straight at the simulator, and through the gateway.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError } from "openai";

const poem = [{ role: "user", content: "背一首诗" }];
const qwen = { model: "qwen-plus", messages: poem };
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

/** A client for the place that the environment names. */
function clientOf(place, path) {
  const [origin, apiKey] = [process.env[`LIANTAI_${place}_ORIGIN`], process.env[`LIANTAI_${place}_KEY`]];
  assert.ok(origin && apiKey, `LIANTAI_${place}_ORIGIN and LIANTAI_${place}_KEY must be set`);
  return new OpenAI({ baseURL: origin + path, apiKey, maxRetries: 0 });
}

const straight = clientOf("STRAIGHT", "/compatible-mode/v1");

/** An answer without what no two answers share. */
function comparable(answer) {
  const text = JSON.stringify(answer, (name, value) => {
    if (typeof value === "string" && value !== "" && (name === "id" || name.endsWith("_id"))) return "<id>";
    return name === "created" ? "<moment>" : value;
  });
  return JSON.parse(text);
}

async function all(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

for (const path of ["/v1", "/compatible-mode/v1"]) {
  describe(`the gateway at ${path}`, () => {
    const through = clientOf("THROUGH", path);

    /** Asks in both places; the answer must be the same, and is the gateway's. */
    async function twice(ask) {
      const [one, other] = [await ask(straight), await ask(through)];
      assert.deepEqual(comparable(other), comparable(one));
      return other;
    }

    test("an answer comes whole", async () => {
      const completion = await twice((client) => client.chat.completions.create(qwen));
      assert.ok(completion.choices[0].message.content);
    });

    test("a stream adds up to the whole answer, and its usage comes once for those who ask", async () => {
      const whole = await through.chat.completions.create(qwen);
      for (const include_usage of [false, true]) {
        const { text, usages } = await twice(async (client) => {
          const stream = await client.chat.completions.create({ ...qwen, stream: true, stream_options: { include_usage } });
          const chunks = await all(stream);
          return {
            text: chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? "")).join(""),
            usages: chunks.filter((chunk) => chunk.usage).map((chunk) => chunk.usage),
          };
        });
        assert.equal(text, whole.choices[0].message.content);
        assert.deepEqual(usages, include_usage ? [whole.usage] : []);
      }
    });

    test("a stream can be left in the middle", async () => {
      const stream = await through.chat.completions.create({ ...qwen, stream: true });
      for await (const _ of stream) break;
      assert.ok((await through.chat.completions.create(qwen)).choices.length);
    });

    test("a tool is called and its result taken", async () => {
      const question = { role: "user", content: "What is the weather in Hangzhou?" };
      const first = await twice((client) =>
        client.chat.completions.create({ ...qwen, messages: [question], tools: [weather] }),
      );
      const [call] = first.choices[0].message.tool_calls;
      assert.ok(JSON.parse(call.function.arguments).city);
      const result = { role: "tool", tool_call_id: call.id, content: "21 °C, sunny" };
      const messages = [question, first.choices[0].message, result];
      const second = await twice((client) => client.chat.completions.create({ ...qwen, messages, tools: [weather] }));
      assert.match(second.choices[0].message.content, /21/);
    });

    test("the calls of a stream are put together", async () => {
      const messages = [{ role: "user", content: "What is the weather in Hangzhou and Beijing?" }];
      const asked = { ...qwen, messages, tools: [weather], parallel_tool_calls: true };
      const final = await twice((client) => client.chat.completions.stream(asked).finalChatCompletion());
      assert.equal(final.choices[0].message.tool_calls.length, 2);
    });

    test("texts become vectors", async () => {
      const asked = { model: "text-embedding-v4", input: ["a cat", "the wind"], dimensions: 64 };
      const answer = await twice((client) => client.embeddings.create(asked));
      assert.equal(answer.data[0].embedding.length, 64);
    });

    test("a file is kept and deleted", async () => {
      const file = await through.files.create({ file: new File(["{}"], "in.jsonl"), purpose: "batch" });
      // Bailian gives only results back.
      await assert.rejects(through.files.content(file.id), BadRequestError);
      assert.equal((await through.files.delete(file.id)).deleted, true);
      await assert.rejects(through.files.retrieve(file.id), NotFoundError);
    });

    test("a refusal is of its kind, with Bailian's code", async () => {
      const refusals = [
        [{ temperature: 3 }, BadRequestError],
        [{ model: "no-such-model" }, NotFoundError],
      ];
      for (const [options, kind] of refusals) {
        const codes = await Promise.all(
          [straight, through].map(async (client) => {
            const refused = await client.chat.completions.create({ ...qwen, ...options }).catch((error) => error);
            assert.ok(refused instanceof kind, String(refused));
            return refused.code;
          }),
        );
        assert.equal(codes[1], codes[0]);
      }
    });

    test("a wrong key is refused", async () => {
      const client = new OpenAI({ baseURL: through.baseURL, apiKey: "lt-wrong", maxRetries: 0 });
      await assert.rejects(client.chat.completions.create(qwen), AuthenticationError);
    });

    test("every error is one of the package's own", async () => {
      await assert.rejects(through.chat.completions.create({ ...qwen, n: 1000 }), APIError);
    });
  });
}
