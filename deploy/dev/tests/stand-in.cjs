#!/usr/bin/env node
// Stands in for the product's programs in the launcher's own tests: under each of their names it
// does the little that the launcher sees of them.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const [, program, ...rest] = process.argv;
const after = (name) => rest[rest.indexOf(name) + 1];

function serve(address) {
  const [host, port] = address.split(":");
  http.createServer((_, answer) => answer.end("yes")).listen(Number(port), host);
  process.stdout.write(`listening on ${address}\n`);
}

switch (`${path.basename(program)} ${rest[0] ?? ""}`.split("=")[0].trim()) {
  case "minyi-api generate-key":
    process.stdout.write("-----BEGIN PRIVATE KEY-----\n");
    break;
  case "minyi-api serve":
    serve(process.env.MINYI_LISTEN);
    break;
  case "minyi-demo load":
    fs.writeFileSync(
      after("--output"),
      JSON.stringify({
        codes: ["ACDE3467KMNP"],
        receipt: "R",
        users: [],
        deputy: { openid: "o1", name: "某代表" },
        console: { username: "admin", password: process.env.MINYI_DEMO_CONSOLE_PASSWORD },
      }),
    );
    break;
  case "minyi-worker":
    serve(process.env.MINYI_WORKER_LISTEN);
    break;
  case "wechat-simulator --port":
    serve(`127.0.0.1:${rest[0].split("=")[1]}`);
    break;
}
