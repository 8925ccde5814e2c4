// swift-tools-version: 6.2

import PackageDescription

// Its own package, so that a user of the library resolves none of it.
//
// No benchmark framework: those for Swift time closures of one process, in turn with nothing, while
// what is wanted here is processes of different languages in alternation, on the same files.
let package = Package(
  name: "contrastive-benchmarks",
  dependencies: [
    .package(name: "swift-contrastive", path: "..", traits: ["Command"]),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
  ],
  targets: [
    // What the library calls, to time it by itself.
    .systemLibrary(
      name: "BenchmarkBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "pkg-config"]), .brew(["openblas"])]),
    .executableTarget(
      name: "contrastive-bench",
      dependencies: [
        "BenchmarkBLAS",
        .product(name: "Contrastive", package: "swift-contrastive"),
        .product(name: "ContrastiveFiles", package: "swift-contrastive"),
        .product(name: "ContrastiveTraining", package: "swift-contrastive"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [.treatAllWarnings(as: .error)]),
    // Decoding and augmenting, beside PyTorch's DataLoader (peers/pictures.py).
    .executableTarget(
      name: "contrastive-pictures",
      dependencies: [
        .product(name: "Contrastive", package: "swift-contrastive"),
        .product(name: "ContrastiveImages", package: "swift-contrastive"),
        .product(name: "ContrastiveTraining", package: "swift-contrastive"),
      ],
      swiftSettings: [.treatAllWarnings(as: .error)]),
    .executableTarget(
      name: "contrastive-experiments",
      dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: [.treatAllWarnings(as: .error)]),
  ]
)
