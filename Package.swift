// swift-tools-version: 6.2

import Foundation
import PackageDescription

/// Whether another package is being built, which depends on this one.
///
/// SwiftPM keeps what a manifest says by the environment it was read in, so the answer must follow
/// from the environment alone, not from the process.
let isDependency: Bool = {
  let home = URL(filePath: Context.packageDirectory).resolvingSymlinksInPath().path
  if home.contains("/.build/checkouts/") || home.contains("/SourcePackages/checkouts/") {
    return true
  }
  var folder = URL(filePath: Context.environment["PWD"] ?? home).resolvingSymlinksInPath()
  while folder.path != "/" {
    if FileManager.default.fileExists(atPath: folder.path + "/Package.swift") {
      return folder.path != home
    }
    folder.deleteLastPathComponent()
  }
  return false
}()

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "swift-contrastive",
  products: [
    .library(name: "Contrastive", targets: ["Contrastive"]),
    .library(name: "ContrastiveFiles", targets: ["ContrastiveFiles"]),
    .library(name: "ContrastiveTraining", targets: ["ContrastiveTraining"]),
    .library(name: "ContrastiveImages", targets: ["ContrastiveImages"]),
    .library(name: "ContrastiveC", type: .static, targets: ["ContrastiveC"]),
    .executable(name: "contrastive", targets: ["ContrastiveMain"]),
    // The command, for a program that runs it in several processes.
    .library(name: "ContrastiveCommand", targets: ["ContrastiveCommand"]),
  ],
  traits: [
    // Packages that depend on the library do not fetch what the command alone needs.
    .trait(name: "Command", description: "The command, which needs swift-argument-parser."),
    .default(enabledTraits: isDependency ? [] : ["Command"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2")
  ],
  targets: [
    // System libraries and C.
    .target(name: "CLibrary", swiftSettings: strict),
    .systemLibrary(
      name: "CBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "pkg-config"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CLAPACKE", pkgConfig: "lapacke",
      providers: [.apt(["liblapacke-dev", "pkg-config"]), .brew(["lapack"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev", "pkg-config"]), .brew(["zlib"])]),
    // For those alone who train on files of pictures.
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg62-turbo-dev", "pkg-config"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev", "pkg-config"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CWebP", pkgConfig: "libwebpdemux",
      providers: [.apt(["libwebp-dev", "pkg-config"]), .brew(["webp"])]),
    .target(
      name: "ContrastiveDecoders", dependencies: ["CJPEG", "CPNG", "CWebP"],
      cSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)]),
    .target(
      name: "ContrastiveKernels",
      cSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)]),

    // The engine, the library and what stands on it: imports only point up this list.
    .target(
      name: "ContrastiveCore",
      dependencies: ["CBLAS", "CLAPACKE", "CLibrary", "ContrastiveKernels"],
      swiftSettings: strict),
    .target(
      name: "Contrastive", dependencies: ["ContrastiveCore"], swiftSettings: strict),
    // What files, calls and C share.
    .target(
      name: "ContrastiveTensors", dependencies: ["ContrastiveCore"], swiftSettings: strict),
    .target(
      name: "ContrastiveCalls", dependencies: ["Contrastive", "ContrastiveTensors"],
      swiftSettings: strict),
    // The C face: its header is the contract, which the compiler holds the implementation to.
    .systemLibrary(name: "CContrastive", path: "Sources/ContrastiveC/include"),
    .target(
      name: "ContrastiveC",
      dependencies: [
        "CContrastive", "CLibrary", "Contrastive", "ContrastiveCalls", "ContrastiveCore",
        "ContrastiveTensors", "ContrastiveTraining",
      ],
      exclude: ["include", "link.sh", "contrastive.pc"], swiftSettings: strict),
    .target(
      name: "ContrastiveFiles",
      dependencies: ["CLibrary", "ContrastiveCore", "ContrastiveTensors", "CZlib"],
      swiftSettings: strict),
    .target(
      name: "ContrastiveTraining",
      dependencies: [
        "CLibrary", "ContrastiveCore", "Contrastive", "ContrastiveFiles", "ContrastiveTensors",
      ],
      swiftSettings: strict),
    .target(
      name: "ContrastiveImages",
      dependencies: [
        "CLibrary", "ContrastiveCore", "ContrastiveFiles", "ContrastiveTraining",
        "ContrastiveDecoders",
      ],
      swiftSettings: strict),
    .target(
      name: "ContrastiveReport",
      dependencies: [
        "CWebP", "Contrastive", "ContrastiveCore", "ContrastiveFiles", "ContrastiveTraining",
      ],
      swiftSettings: strict),
    .target(
      name: "ContrastiveCommand",
      dependencies: [
        "CLibrary", "Contrastive", "ContrastiveCore", "ContrastiveFiles", "ContrastiveTraining",
        "ContrastiveImages", "ContrastiveReport", "ContrastiveCalls", "ContrastiveTensors",
        .product(
          name: "ArgumentParser", package: "swift-argument-parser",
          condition: .when(traits: ["Command"])),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "ContrastiveMain", dependencies: ["ContrastiveCommand"], swiftSettings: strict),

    // Naive, Double, loops: the definition that tests and benchmarks compare with.
    .target(name: "_Reference", swiftSettings: strict),
    // What tests of several targets share.
    .target(name: "_TestSupport", dependencies: ["ContrastiveCore"], swiftSettings: strict),

    .testTarget(
      name: "ContrastiveCoreTests",
      dependencies: ["ContrastiveCore", "ContrastiveKernels", "_TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ContrastiveTests",
      dependencies: ["CLibrary", "Contrastive", "_Reference", "_TestSupport"],
      swiftSettings: strict),
    // One table of objectives: golden cases, references, threads, bad input.
    .testTarget(
      name: "ObjectiveTests",
      dependencies: [
        "Contrastive", "ContrastiveCore", "ContrastiveFiles", "_Reference", "_TestSupport",
      ],
      resources: [.copy("Golden"), .copy("Refusals.txt")], swiftSettings: strict),
    .testTarget(
      name: "ContrastiveFilesTests",
      dependencies: ["ContrastiveCore", "ContrastiveFiles", "CZlib", "_TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ContrastiveTrainingTests",
      dependencies: [
        "CLibrary", "Contrastive", "ContrastiveCore", "ContrastiveFiles", "ContrastiveTraining",
        "_Reference", "_TestSupport",
      ],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "ContrastiveImagesTests",
      dependencies: [
        "ContrastiveCore", "ContrastiveFiles", "ContrastiveTraining", "ContrastiveImages",
        "_TestSupport",
      ],
      resources: [.copy("Pictures")], swiftSettings: strict),
    .testTarget(
      name: "ContrastiveReportTests",
      dependencies: ["CWebP", "ContrastiveReport", "ContrastiveTraining", "_TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ContrastiveCommandTests",
      dependencies: [
        "ContrastiveMain", "ContrastiveCommand", "ContrastiveCalls", "ContrastiveCore",
        "ContrastiveFiles", "ContrastiveTensors", "ContrastiveTraining", "_TestSupport",
        .product(
          name: "ArgumentParser", package: "swift-argument-parser",
          condition: .when(traits: ["Command"])),
      ],
      swiftSettings: strict),
  ]
)
