"""The encoder that both sides train: strided convolutions, their mean over positions, a head."""

import copy

import torch
from torch import nn


def perceptron(inputs, hidden, outputs, normalization="none"):
    """Linear, rectifier, linear; a layer that a batch norm follows has no bias of its own."""
    first = [nn.Linear(inputs, hidden, bias=normalization == "none")]
    if normalization != "none":
        first.append(nn.BatchNorm1d(hidden))
    last = [nn.Linear(hidden, outputs, bias=normalization != "all")]
    if normalization == "all":
        last.append(nn.BatchNorm1d(outputs, affine=False))
    return nn.Sequential(*first, nn.ReLU(inplace=True), *last)


class Encoder(nn.Module):
    def __init__(self, channels, config):
        super().__init__()
        layers = []
        for inputs, outputs in zip([channels, *config.widths], config.widths):
            convolution = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
            nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
            layers += [convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
        self.backbone = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = perceptron(
            config.widths[-1],
            config.hidden_dimension,
            config.embedding_dimension,
            config.head_normalization,
        )

    def forward(self, images):
        return self.head(self.backbone(images))

    @torch.no_grad()
    def features(self, images, normalize, batch=1024):
        """The backbone's output for bytes, in evaluation mode."""
        self.eval()
        parts = [self.backbone(normalize(part / 255)) for part in images.split(batch)]
        self.train()
        return torch.cat(parts)


def twin(model):
    """A copy that follows by moving average."""
    return copy.deepcopy(model).requires_grad_(False)


@torch.no_grad()
def follow(average, model, momentum):
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - momentum)


def groups(modules, decay):
    """Weights decay; biases, norms' scales and shifts do not."""
    parameters = [p for module in modules for p in module.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0},
    ]
