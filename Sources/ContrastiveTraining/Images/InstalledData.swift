import CLibrary

/// Data sets that the system's packages install.
public enum InstalledData {
  /// The folder of Debian's package dataset-fashion-mnist, looked for below `XDG_DATA_DIRS`.
  ///
  /// - Returns: the folder, or nil when there is none.
  public static func fashionMNIST() -> String? {
    let given = getenv("XDG_DATA_DIRS").map { String(cString: $0) } ?? ""
    return (given.isEmpty ? "/usr/local/share:/usr/share" : given).split(separator: ":")
      .map { "\($0)/datasets/fashion-mnist" }
      .first { access($0, R_OK) == 0 }
  }

  /// The class names of the labels 0 … 9 of Fashion-MNIST.
  public static let fashionMNISTClasses = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]
}
