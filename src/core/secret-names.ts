const SECRET = /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|PAT)(?:_|$)/i;
/** A path, a plain word or a number may stand in such a variable, too, and in any text. */
const NO_SECRET = /^(?:[~.]?\/.*|[a-z]+|[A-Z]+|[\d.]+)$/;

/** The values of variables that hold secrets by their names. */
export function namedSecrets(variables: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(variables).flatMap(([name, value = ""]) =>
    SECRET.test(name) && !NO_SECRET.test(value) ? [value] : [],
  );
}

/** The values of variables that are credentials by where they stand, whatever their names are. */
export function likelySecrets(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.values(variables).filter((value) => !NO_SECRET.test(value));
}
