// What Node itself needs to ask for a key and to show it.
process.stdin.setRawMode(true);
process.stdin.on("data", (key) => process.stdout.write(`${key.toString()}\nenter sends`));
process.stdout.write("❯ ");
