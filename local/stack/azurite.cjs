// Runs Azurite's table service as a child of the stack: `node azurite.cjs FOLDER [--location DIR] [--tablePort N] ...`,
// FOLDER being the installed package. Prints one JSON line when it listens (port 0 takes a free one), everything else
// goes to stderr, and it ends by itself when its input ends, so that none survives a stack that was killed. A stack that
// is started at once again may meet the one before while that one saves: it waits for its end, and reads then.
"use strict";
const fs = require("fs");
const net = require("net");
const path = require("path");

const folder = process.argv[2];
const given = process.argv.slice(3).filter((item) => item !== "--exit-with-stdin");
process.argv = [process.argv[0], path.join(folder, "dist", "src", "table", "main.js"), ...given];
console.log = console.error;

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...where) {
  this.once("listening", () => {
    const { address, port } = this.address();
    process.stdout.write(JSON.stringify({ ready: true, url: `http://${address}:${port}` }) + "\n");
    this.on("close", () => setTimeout(() => process.exit(0), 2000).unref());
    stopping.push(() => this.closeIdleConnections && this.closeIdleConnections());
  });
  return listen.apply(this, where);
};

// Azurite saves its file and ends on SIGINT only; idle connections would keep it.
const stopping = [];
function stop() {
  process.emit("SIGINT");
  stopping.forEach((step) => step());
  setTimeout(() => process.exit(0), 5000).unref();
}
process.once("SIGTERM", stop);
process.stdin.once("end", stop).once("error", stop).resume();

// A number may be another process's by now: waiting is bounded.
const WAIT_MS = 15000;
function begin(mark, waited) {
  if (mark && runs(mark) && waited < WAIT_MS) {
    setTimeout(begin, 50, mark, waited + 50);
    return;
  }
  if (mark) {
    fs.writeFileSync(mark, String(process.pid));
    process.once("exit", () => fs.rmSync(mark, { force: true }));
  }
  require(process.argv[1]);
}
function runs(mark) {
  try {
    process.kill(Number(fs.readFileSync(mark, "utf8")), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
const location = given.includes("--location") ? given[given.indexOf("--location") + 1] : undefined;
begin(location && path.join(location, "azurite.pid"), 0);
