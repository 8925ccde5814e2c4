import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss ressl`.
struct ReSSLLoss: LossMethod {
  typealias Call = ReSSLCall

  static let configuration = configured(
    "ReSSL: relate to the bank as the key does.",
    """
    Tensors: queries [N,D], keys [N,D], bank [K,D]. Gradients: queries.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Divides the queries' similarities.")
  var temperature: Double = 0.1

  @Option(help: "Divides the keys' similarities.")
  var targetTemperature: Double = 0.04

  var options: [String: JSONValue] {
    ["temperature": .number(temperature), "target-temperature": .number(targetTemperature)]
  }
}
