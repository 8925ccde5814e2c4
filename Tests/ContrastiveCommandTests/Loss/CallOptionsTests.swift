import ArgumentParser
import ContrastiveCalls
import ContrastiveCommand
import ContrastiveTensors
import Testing

/// The command's options and those of calls from other languages are the same ones.
@Suite struct CallDefaultsTests {
  @Test func listsHoldTheSameMethods() {
    let commands = LossCommand.configuration.subcommands.compactMap { $0 as? any LossMethod.Type }
    #expect(commands.count == ObjectiveCalls.all.count)
    #expect(
      Set(commands.compactMap { $0.configuration.commandName })
        == Set(ObjectiveCalls.all.map { $0.method }))
  }

  /// A call without options is the command without options.
  @Test(arguments: ObjectiveCalls.all.map { $0.method }) func defaultsAgree(_ method: String) throws
  {
    func check<Command: LossMethod>(_ command: Command.Type) throws {
      let parsed = try command.parse(["--input", "a.safetensors", "--output", "b.safetensors"])
      var (given, empty) = (CallOptions(parsed.options), CallOptions([:]))
      _ = try Command.Call(&given)
      _ = try Command.Call(&empty)
      try given.requireAllKnown(by: method)
      #expect(given.used == empty.used)
      #expect(!given.used.isEmpty || ["simsiam", "byol"].contains(method))
    }
    let command = try #require(
      LossCommand.configuration.subcommands.compactMap { $0 as? any LossMethod.Type }
        .first { $0.configuration.commandName == method })
    try check(command)
  }
}
