// The same with Ink: the least that a React program on a terminal costs.
import { render, Text, useInput } from "ink";
import { useState } from "react";

function Prompt() {
  const [text, setText] = useState("");
  useInput((input) => setText((before) => before + input));
  return (
    <Text>
      ❯ {text}
      {text === "" ? "" : "\nenter sends"}
    </Text>
  );
}

render(<Prompt />, { exitOnCtrlC: false, interactive: true });
