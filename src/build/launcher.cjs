#!/usr/bin/env node
"use strict";
// Written for any Node that was ever released: it has to start there to say why nothing else does.
var version = process.versions.node.split(".");
var major = Number(version[0]);
if (major < 20 || (major === 20 && Number(version[1]) < 19)) {
  process.stderr.write(
    "massgen needs Node.js 20.19 or newer, and this is " +
      process.versions.node +
      ".\nInstall a current one from https://nodejs.org, or with your version manager: nvm install 22\n",
  );
  process.exit(1);
}
require("./boot.cjs");
