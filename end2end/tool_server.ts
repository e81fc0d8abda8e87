import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of one tool that speaks the Model Context Protocol over streamable HTTP, for those who know its token. */
export class ToolServer {
  private constructor(
    /** Where it is. */
    readonly address: string,
    readonly stop: () => void,
  ) {}

  static async start(token: string): Promise<ToolServer> {
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (piece: string) => (body += piece));
      request.on("end", () => {
        const refused = request.headers.authorization !== `Bearer ${token}` ? 401 : request.method !== "POST" ? 405 : undefined;
        if (refused !== undefined) {
          response.writeHead(refused).end();
          return;
        }
        const asked = JSON.parse(body) as { id?: number | string; method: string; params?: { arguments?: { what?: string } } };
        if (asked.id === undefined) {
          response.writeHead(202).end();
          return;
        }
        const answer = answerTo(asked.method, asked.params?.arguments?.what);
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ jsonrpc: "2.0", id: asked.id, ...answer }));
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    return new ToolServer(`http://127.0.0.1:${port}/mcp`, () => server.close());
  }
}

function answerTo(method: string, what: string | undefined): object {
  switch (method) {
    case "initialize":
      return {
        result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "shop", version: "1" } },
      };
    case "tools/list": {
      const inputSchema = { type: "object", required: ["what"], properties: { what: { type: "string" } } };
      return { result: { tools: [{ name: "count", description: "Counts <b>things</b>", inputSchema }] } };
    }
    case "tools/call":
      return { result: { content: [{ type: "text", text: `There are three of ${what}. <img src=x onerror=alert(1)>` }] } };
    default:
      return { error: { code: -32601, message: `There is no ${method}` } };
  }
}
