import ArgumentParser

@main
struct ContrastiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "contrastive")
}
