import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Whether an IP address may be connected to. */
export type AddressPolicy = (address: string) => boolean;

const PRIVATE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16], // where clouds keep their secrets
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  PRIVATE.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 96],
  ["64:ff9b::", 96], // these three hold an IPv4 address
  ["64:ff9b:1::", 48],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const)
  PRIVATE.addSubnet(net, bits, "ipv6");

/** Neither of this machine nor of the user's own network. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !PRIVATE.check(address, family === 6 ? "ipv6" : "ipv4");
}

/**
 * Resolves a name to the addresses that the policy lets through, at the moment of connecting: what was looked up before
 * may have changed. Not asked for a host that is an address already.
 */
export function lookupWhere(mayConnect: AddressPolicy): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const usable = found.filter(({ address }) => mayConnect(address));
      const [first] = usable;
      if (!first) return callback(Object.assign(new Error(`${name} is in a private network`), { code: "EACCES" }), "");
      return options.all ? callback(null, usable) : callback(null, first.address, first.family);
    });
  };
}

/** An address of the name that the policy lets through. Rejects with the code "EACCES" where there is none. */
export function addressOf(name: string, mayConnect: AddressPolicy): Promise<string> {
  return new Promise((resolve, reject) => {
    lookupWhere(mayConnect)(name, { family: 0, order: "ipv4first" }, (error, address) => {
      if (error) reject(error);
      else resolve(address as string); // one, as `all` is not asked for
    });
  });
}
