"""Times decoding and augmenting JPEGs by us and by PyTorch's DataLoader, in turn.

    swift build -c release --scratch-path .build --package-path Benchmarks \
      --disable-build-manifest-caching --product contrastive-pictures
    python Benchmarks/peers/pictures.py --bench PATH/contrastive-pictures

Makes 10,000 JPEGs of 500 x 375 in a folder, once. Both bring the shorter side to 64, keep the
centered square and make two views of it by SimCLR's augmentations; ours with 2 threads, PyTorch's
with 2 workers (torchvision on Pillow images). Prints images a second, the medians, and their ratio.
"""

import argparse
import pathlib
import statistics
import subprocess
import time

import numpy as np
import torch
from PIL import Image
from torchvision import transforms

SIZE = 64


def make(folder, count):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    y, x = np.mgrid[0:375, 0:500]
    for number in range(count):
        path = folder / f"{number:05}.jpg"
        if path.exists():
            continue
        waves = random.uniform(0.005, 0.15, (3, 2))
        phases = random.uniform(0, 6, 3)
        image = 127 + 70 * np.sin(waves[:, 0, None, None] * x + waves[:, 1, None, None] * y
                                  + phases[:, None, None])
        image = image + random.normal(0, 12, (1, 375, 500))
        pixels = np.clip(image, 0, 255).astype(np.uint8).transpose(1, 2, 0)
        Image.fromarray(pixels).save(path, quality=88)


class Views(torch.utils.data.Dataset):
    def __init__(self, folder):
        self.paths = sorted(folder.glob("*.jpg"))
        self.whole = transforms.Compose([transforms.Resize(SIZE), transforms.CenterCrop(SIZE)])
        self.view = transforms.Compose([
            transforms.RandomResizedCrop(SIZE, scale=(0.08, 1)),
            transforms.RandomHorizontalFlip(),
            transforms.RandomApply([transforms.ColorJitter(0.8, 0.8, 0.8, 0.2)], p=0.8),
            transforms.RandomGrayscale(0.2),
            transforms.RandomApply([transforms.GaussianBlur(7, (0.1, 1.0))], p=0.5),
            transforms.ToTensor(),
            transforms.Normalize((0.5, 0.5, 0.5), (0.25, 0.25, 0.25)),
        ])

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        image = self.whole(Image.open(self.paths[index]).convert("RGB"))
        return self.view(image), self.view(image)


def torch_rate(folder):
    loader = torch.utils.data.DataLoader(Views(folder), batch_size=256, num_workers=2)
    start = time.perf_counter()
    count = sum(len(first) for first, _ in loader)
    return count / (time.perf_counter() - start)


def our_rate(bench, folder):
    words = [bench, folder, str(SIZE), "2"]
    run = subprocess.run(words, capture_output=True, text=True, check=True)
    return float(run.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("pictures-500x375"))
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    make(options.folder, options.count)
    rounds = [(our_rate(options.bench, options.folder), torch_rate(options.folder))
              for _ in range(options.rounds)]
    ours, torchs = (statistics.median(rates) for rates in zip(*rounds))
    print(f"ours {ours:.0f}, PyTorch {torchs:.0f} images/s, ratio {ours / torchs:.2f}")
    print("rounds", [(round(a), round(b)) for a, b in rounds])
