// The parts of the `ping` package that are used; it types only its front door.

declare module 'ping/lib/builder/factory.js' {
  type Config = Readonly<{
    numeric: boolean;
    timeout: number;
    min_reply: number;
    packetSize: number;
    v6: boolean;
    extra: readonly string[];
  }>;
  const factory: {
    createBuilder(platform: string): { getCommandArguments(target: string, config: Config): string[] };
  };
  export default factory;
}

declare module 'ping/lib/parser/factory.js' {
  const factory: {
    createParser(
      address: string,
      platform: string,
      config: object,
    ): { eat(line: string): void; getResult(): { times: number[]; output: string } };
  };
  export default factory;
}
