// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "swift-contrastive",
  products: [
    .library(name: "Contrastive", targets: ["Contrastive"]),
    .library(name: "ContrastiveFiles", targets: ["ContrastiveFiles"]),
    .library(name: "ContrastiveTraining", targets: ["ContrastiveTraining"]),
    .executable(name: "contrastive", targets: ["ContrastiveCommand"]),
    // For the benchmarks in Benchmarks/, which are a package of their own.
    .library(name: "CBLAS", targets: ["CBLAS"]),
    .library(name: "_Reference", targets: ["_Reference"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2")
  ],
  targets: [
    // System libraries and C.
    .systemLibrary(
      name: "CBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "pkg-config"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CLAPACKE", pkgConfig: "lapacke",
      providers: [.apt(["liblapacke-dev", "pkg-config"]), .brew(["lapack"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev", "pkg-config"]), .brew(["zlib"])]),
    .target(
      name: "ContrastiveKernels",
      cSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)]),

    // The engine, the library and what stands on it: imports only point up this list.
    .target(
      name: "ContrastiveCore", dependencies: ["CBLAS", "CLAPACKE", "ContrastiveKernels"],
      swiftSettings: strict),
    .target(
      name: "Contrastive", dependencies: ["ContrastiveCore"], swiftSettings: strict),
    .target(
      name: "ContrastiveFiles", dependencies: ["ContrastiveCore", "CZlib"],
      swiftSettings: strict),
    .target(
      name: "ContrastiveTraining", dependencies: ["Contrastive", "ContrastiveFiles"],
      swiftSettings: strict),
    .target(
      name: "ContrastiveReport", dependencies: ["ContrastiveTraining"], swiftSettings: strict),
    .executableTarget(
      name: "ContrastiveCommand",
      dependencies: [
        "ContrastiveTraining", "ContrastiveReport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Naive, Double, loops: the definition that tests and benchmarks compare with.
    .target(name: "_Reference", swiftSettings: strict),
    // What tests of several targets share.
    .target(name: "_TestSupport", dependencies: ["ContrastiveCore"], swiftSettings: strict),

    .testTarget(
      name: "ContrastiveCoreTests", dependencies: ["ContrastiveCore", "_TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ContrastiveTests",
      dependencies: ["Contrastive", "_Reference", "_TestSupport"], swiftSettings: strict),
    // One table of objectives: golden cases, references, threads, bad input.
    .testTarget(
      name: "ObjectiveTests",
      dependencies: ["ContrastiveCommand", "Contrastive", "ContrastiveFiles", "_Reference"],
      resources: [.copy("Golden")], swiftSettings: strict),
    .testTarget(
      name: "ContrastiveFilesTests",
      dependencies: ["ContrastiveFiles", "CZlib", "_TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ContrastiveTrainingTests",
      dependencies: ["ContrastiveTraining", "_Reference", "_TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ContrastiveReportTests",
      dependencies: ["ContrastiveReport", "ContrastiveTraining", "_TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ContrastiveCommandTests",
      dependencies: ["ContrastiveCommand", "ContrastiveFiles", "_TestSupport"],
      swiftSettings: strict),
  ]
)
