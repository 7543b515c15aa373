// One streamed answer, without an SDK: what a script of ten lines needs.
const [baseUrl = "", model = ""] = process.argv.slice(2);
const response = await fetch(`${baseUrl}/chat/completions`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Why?" }] }),
});
process.stdout.write(await response.text());
